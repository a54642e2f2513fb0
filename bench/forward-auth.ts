import { printRatio } from "./ratio.ts";

await printRatio("forward-auth", {
  target: "GET /forward-auth/wiki",
  rest: "X-Forwarded-Method: GET\r\n\r\n",
  secretFrom: async (url, firstToken) => {
    const answer = await fetch(`${url}/publisher.v1/api-token/create`, {
      method: "POST",
      headers: { authorization: `Bearer ${firstToken}`, "content-type": "application/json" },
      body: JSON.stringify({ access: "read", audiences: ["wiki"] }),
    });
    const created: unknown = await answer.json();
    if (typeof created === "object" && created !== null && "token" in created) return String(created.token);
    throw new Error(`the token was not created: ${answer.status}`);
  },
});
