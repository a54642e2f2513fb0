import { expect, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";
import { exchange, rawRequest } from "../../support/http/exchange.ts";

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

test("a target or a host that can be read in more than one way reaches nothing", async () => {
  await using server = await RunningServer.start();
  const port = Number(new URL(server.url).port);
  for (const [target, fields, status] of [
    ["/healthz", ["Host: x"], 200],
    ["/healthz", ["Host: x", "Host: x"], 400],
    ["/forward-auth/wiki/../../healthz", ["Host: x"], 400],
    ["/oauth2/%2e%2e/publisher.v1/api-token/list", ["Host: x"], 400],
  ] as const) {
    const { answers } = await exchange(port, [rawRequest({ method: "GET", target, fields })]);
    expect([target, answers[0]?.status]).toEqual([target, status]);
  }
});
