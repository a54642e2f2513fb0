import { expect, spyOn, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { useTestApi } from "../../support/http/api.ts";

const api = useTestApi();

/** Sends a request and authenticates its caller; the body waits for `release`. */
function waiting(endpoint: string, secret: string, body: object) {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await promise;
      controller.enqueue(new TextEncoder().encode(JSON.stringify(body)));
      controller.close();
    },
  });
  const answer = api.app.handle(
    new Request(`http://localhost/publisher.v1/api-token/${endpoint}`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: stream,
    }),
  );
  return { release, answer };
}

test("a token that is revoked while the body of its request arrives changes nothing any more", async () => {
  const thief = await api.secret("write");
  const { id } = (await api.call("api-token/current", {}, thief)).json;
  const victim = (await api.call("api-token/create", { access: "read" })).json.id;
  const create = waiting("create", thief, { access: "write" });
  const revoke = waiting("revoke", thief, { id: victim });
  await api.tokens.revoke(id, COMMAND_LINE);
  const before = (await api.call("api-token/list")).text;
  for (const { release, answer } of [create, revoke]) {
    release();
    const response = await answer;
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain("revoked");
  }
  expect((await api.call("api-token/list")).text).toBe(before);
});

test("a token that is revoked while the body of its request arrives reads nothing any more", async () => {
  const thief = await api.secret("read");
  const { id } = (await api.call("api-token/current", {}, thief)).json;
  const record = spyOn(api.usage, "record");
  const list = waiting("list", thief, {});
  const verify = waiting("verify", thief, { token: "x" });
  await api.tokens.revoke(id, COMMAND_LINE);
  // A body counts as slow in less time than another process needs for a revocation.
  await Bun.sleep(40);
  for (const { release, answer } of [list, verify]) {
    release();
    expect((await answer).status).toBe(401);
  }
  expect(record.mock.calls.map(([, outcome]) => outcome)).toEqual(["accepted", "accepted"]);
});

test("a token reads its own state after the body of its request has arrived", async () => {
  const secret = await api.secret("read");
  const { id } = (await api.call("api-token/current", {}, secret)).json;
  const { release, answer } = waiting("current", secret, {});
  await api.tokens.update(id, { description: "changed meanwhile" }, COMMAND_LINE);
  await Bun.sleep(40);
  release();
  expect(await (await answer).json()).toMatchObject({ id, description: "changed meanwhile" });
});
