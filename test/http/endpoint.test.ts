import { expect, test } from "bun:test";
import { endpoint } from "../../src/http/endpoint.ts";

test("an endpoint refuses a request that nobody authenticated, and reads nothing of it", async () => {
  const read = (): never => {
    throw new Error("the body was read");
  };
  const { handle } = endpoint({ access: "read", alsoFor: "every-token", read, answer: async () => ({}) });
  const headers = { "content-type": "application/json" };
  const request = new Request("http://localhost/", { method: "POST", headers, body: "{}" });
  await expect(handle({ request })).rejects.toThrow("without authentication");
  expect(request.bodyUsed).toBe(false);
});
