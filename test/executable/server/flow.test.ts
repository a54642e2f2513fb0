import { expect, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";

test("from an empty directory and an empty environment to a token that works and is revoked", async () => {
  await using server = await RunningServer.start();
  const created = await server.call("api-token/create", { access: "read", description: "CI" });
  expect(created.status).toBe(200);
  const { id, token } = created.json;
  expect((await server.call("api-token/list", {}, token)).status).toBe(200);
  expect((await server.call("api-token/revoke", { id })).json.status).toBe("revoked");
  expect((await server.call("api-token/list", {}, token)).status).toBe(401);
  expect(await server.stop()).toBe(0);
});
