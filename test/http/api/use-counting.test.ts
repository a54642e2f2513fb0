import { describe, expect, test } from "bun:test";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { type Sent, useTestApi } from "../../support/http/api.ts";
import { logged } from "../../support/http/logged.ts";
import { constantRandom } from "../../support/random.ts";
import { reported } from "../../support/store/usage.ts";

const API = "/publisher.v1/api-token";

const api = useTestApi();

interface Holder {
  readonly id: string;
  readonly token: string;
}

async function created(body: object = { access: "read" }): Promise<Holder> {
  return (await api.call("api-token/create", body)).json;
}

/** The counts of a token so far. */
async function counted({ id }: Holder): Promise<readonly [accepted: number, refused: number]> {
  await api.usage.flush();
  const { accepted = 0, refused = 0 } = (await reported(api.usage, "day", [id])).buckets[0] ?? {};
  return [accepted, refused];
}

describe("a request is one use of its token:", () => {
  const get = { method: "GET" };
  test.each<
    [path: string, sent: Sent, status: number, counted: readonly [accepted: number, refused: number]]
  >([
    [`${API}/list`, {}, 200, [1, 0]],
    [`${API}/create`, { body: { access: "read" } }, 403, [0, 1]],
    [`${API}/list`, { body: { colour: "red" } }, 400, [1, 0]],
    [`${API}/list`, { body: "{" }, 400, [1, 0]],
    [`${API}/list`, { headers: { "content-type": "text/plain" } }, 415, [1, 0]],
    [`${API}/list`, { body: " ".repeat(70_000) }, 413, [1, 0]],
    [`${API}/get`, { body: { id: "atok_0" } }, 404, [1, 0]],
    [`${API}/list`, get, 405, [1, 0]],
    [`${API}/nope`, {}, 404, [1, 0]],
    ["/publisher.v1", {}, 404, [1, 0]],
    ["/nope", {}, 404, [0, 0]],
    ["/healthz", get, 200, [0, 0]],
  ])("%s", async (path, sent, status, expected) => {
    const holder = await created();
    const answer = await api.send(path, { ...sent, token: `Bearer ${holder.token}` });
    expect(answer.status).toBe(status);
    expect(await counted(holder)).toEqual(expected);
  });

  test("one that changes something too, though its token is looked at twice", async () => {
    const holder = await created({ access: "write" });
    expect((await api.call("api-token/create", { access: "read" }, holder.token)).status).toBe(200);
    expect(await counted(holder)).toEqual([1, 0]);
  });

  test("one whose token is revoked while its body comes in, which is no reuse of the secret", async () => {
    const holder = await created({ access: "write" });
    const response = await api.app.handle(
      new Request(`http://localhost${API}/create`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${holder.token}` },
        body: new ReadableStream<Uint8Array>({
          async pull(controller) {
            await api.call("api-token/revoke", { id: holder.id });
            controller.enqueue(Buffer.from('{"access":"read"}'));
            controller.close();
          },
        }),
      }),
    );
    expect(response.status).toBe(401);
    expect(await counted(holder)).toEqual([1, 0]);
    const { json } = await api.call("api-token/get", { id: holder.id });
    expect(json).toMatchObject({ reused_at: null, reused_from: null });
    expect(logged(api).filter(({ level }) => level === "warn")).toEqual([]);
  });

  test("refused where it was revoked or has expired", async () => {
    const revoked = await created();
    await api.call("api-token/revoke", { id: revoked.id });
    const expired = await created({ access: "read", expires_at: "2026-06-01T12:00:05Z" });
    api.nowMs += 5000;
    for (const holder of [revoked, expired]) {
      expect((await api.call("api-token/list", {}, holder.token)).status).toBe(401);
      expect(await counted(holder)).toEqual([0, 1]);
    }
  });

  test("of a service's token, refused but for its own resource", async () => {
    const holder = await created({ access: "write", audiences: ["wiki"] });
    expect((await api.call("api-token/list", {}, holder.token)).status).toBe(403);
    expect((await api.call("api-token/nope", {}, holder.token)).status).toBe(404);
    expect(await counted(holder)).toEqual([0, 2]);
    expect((await api.call("api-token/current", {}, holder.token)).status).toBe(200);
    expect(await counted(holder)).toEqual([1, 2]);
  });
});

test("to verify a token is a use of it, and one of the caller's own", async () => {
  const [asker, holder] = [await created(), await created({ access: "read", audiences: ["wiki"] })];
  const ask = (token: string, audience: string) =>
    api.call("api-token/verify", { token, audience }, asker.token);
  expect((await ask(holder.token, "wiki")).json.valid).toBe(true);
  expect((await ask(holder.token, "git")).json.valid).toBe(false);
  expect((await ask(makeSecret(constantRandom(3)), "wiki")).json.reason).toBe("unknown");
  expect([await counted(holder), await counted(asker)]).toEqual([
    [1, 1],
    [3, 0],
  ]);
});

test("secrets that no token has, and requests without any, are counted nowhere", async () => {
  for (const token of [null, "Basic x", makeSecret(constantRandom(3)), `${api.read.slice(0, -1)}!`])
    await api.call("api-token/list", {}, token);
  expect(api.usage.unwritten).toBe(0);
});

test("a token has its last use at once, and is no more among those never used from then on", async () => {
  const holder = await created();
  const never = async () => (await api.call("api-token/summary", {}, api.read)).json.never_used;
  // The first token created the holder, and another asks.
  expect(await never()).toBe(1);
  api.nowMs += 10_000;
  await api.call("api-token/create", { access: "read" }, holder.token);
  await api.usage.flush();
  expect(await never()).toBe(1);
  const lastUse = async () => (await api.call("api-token/get", { id: holder.id })).json.last_used_at;
  expect(await lastUse()).toBeNull();
  await api.call("api-token/list", {}, holder.token);
  expect(await lastUse()).toBe("2026-06-01T12:00:10Z");
  expect(await never()).toBe(0);
  await api.usage.flush();
  expect(await lastUse()).toBe("2026-06-01T12:00:10Z");
  expect(await never()).toBe(0);
});
