export default {
  publisher: {
    input: "./openapi.json",
    output: { target: "./generated.ts", client: "fetch", mode: "single" },
  },
};
