import { describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { basic, FORM, INTROSPECT } from "../../support/http/introspection.ts";
import { logged } from "../../support/http/logged.ts";

const WIKI = ["wiki"];

const api = useTestApi();

interface Ended {
  readonly id: string;
  readonly secret: string;
  readonly why: "revoked" | "replaced";
}

async function revoked(audiences: readonly string[] | null = null): Promise<Ended> {
  const secret = await api.secret("write", null, audiences);
  const { id } = (await api.call("api-token/current", {}, secret)).json;
  await api.call("api-token/revoke", { id });
  return { id, secret, why: "revoked" };
}

/** Its overlap is over. */
async function replaced(audiences: readonly string[] | null = null): Promise<Ended> {
  const secret = await api.secret("write", null, audiences);
  const { id } = (await api.call("api-token/current", {}, secret)).json;
  await api.call("api-token/rotate", { id, overlap_seconds: 60 });
  api.nowMs += 60_000;
  return { id, secret, why: "replaced" };
}

function warnings() {
  return logged(api).filter(({ level }) => level === "warn");
}

async function mark(id: string) {
  await api.usage.flush();
  const { reused_at: at, reused_from: from } = (await api.call("api-token/get", { id })).json;
  return { at, from };
}

const CALLER = () => api.read;

/** Every way in which a secret comes to Publisher, and whether another token asks about it. */
const WAYS: readonly (readonly [
  name: string,
  audiences: readonly string[] | null,
  show: (secret: string) => Promise<unknown>,
  asks: boolean,
])[] = [
  ["a request to the API", null, (token) => api.call("api-token/list", {}, token), false],
  ["a request that changes", null, (token) => api.call("api-token/create", { access: "read" }, token), false],
  ["a request to nowhere", null, (token) => api.send("/publisher.v1/nope", { token }), false],
  ["a reverse proxy", WIKI, (token) => api.send("/forward-auth/wiki", { method: "GET", token }), false],
  [
    "a reverse proxy of another service",
    WIKI,
    (token) => api.send("/forward-auth/git", { method: "GET", token }),
    false,
  ],
  [
    "a caller of introspection",
    null,
    (secret) =>
      api.send(INTROSPECT, { token: basic(secret), headers: { "content-type": FORM }, body: "token=x" }),
    false,
  ],
  [
    "a question by introspection",
    WIKI,
    (secret) =>
      api.send(INTROSPECT, {
        token: basic(CALLER()),
        headers: { "content-type": FORM },
        body: `token=${secret}&audience=wiki`,
      }),
    true,
  ],
  [
    "a question by verify",
    WIKI,
    (token) => api.call("api-token/verify", { token, audience: "wiki" }, CALLER()),
    true,
  ],
];

describe("the secret of an ended token is told in the log and kept with the token:", () => {
  for (const end of [revoked, replaced])
    for (const [name, audiences, show, asks] of WAYS)
      test(`by ${name}, ${end.name}`, async () => {
        const { id, secret, why } = await end(audiences);
        const asker = (await api.call("api-token/current", {}, CALLER())).json.id;
        expect(await mark(id)).toEqual({ at: null, from: null });
        api.nowMs += 5000;
        const moment = `${new Date(api.nowMs).toISOString().slice(0, 19)}Z`;
        await show(secret);
        await show(secret);
        const [warning, ...more] = warnings();
        expect(more).toEqual([]);
        expect(warning).toMatchObject({ token_id: id, why, ip: "192.0.2.1" });
        expect(warning?.asked_by).toBe(asks ? asker : undefined);
        const request = logged(api).find(({ message, request_id: requestId }) => {
          return message === "request" && requestId === warning?.request_id;
        });
        expect(request).toMatchObject({ path: warning?.path, trace_id: warning?.trace_id });
        expect(await mark(id)).toEqual({ at: moment, from: "192.0.2.1" });
      });
});

test("a token that is active, within its overlap or merely expired has neither", async () => {
  const active = await api.secret("read");
  const expiring = await api.secret("read", Math.floor(api.nowMs / 1000) + 60);
  const { id } = (await api.call("api-token/current", {}, active)).json;
  await api.call("api-token/rotate", { id, overlap_seconds: 3600 });
  const { id: expired } = (await api.call("api-token/current", {}, expiring)).json;
  api.nowMs += 60_000;
  for (const token of [active, expiring]) {
    await api.call("api-token/list", {}, token);
    await api.call("api-token/verify", { token });
    await api.send("/forward-auth/wiki", { method: "GET", token });
  }
  expect(warnings()).toEqual([]);
  for (const each of [id, expired]) expect(await mark(each)).toEqual({ at: null, from: null });
});

test("a token that is revoked while the body of its request comes in has neither", async () => {
  const secret = await api.secret("write");
  const { id } = (await api.call("api-token/current", {}, secret)).json;
  const response = await api.app.handle(
    new Request("http://localhost/publisher.v1/api-token/create", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
      body: new ReadableStream<Uint8Array>({
        async pull(controller) {
          await api.call("api-token/revoke", { id });
          controller.enqueue(Buffer.from('{"access":"read"}'));
          controller.close();
        },
      }),
    }),
  );
  expect(response.status).toBe(401);
  expect(warnings()).toEqual([]);
  expect(await mark(id)).toEqual({ at: null, from: null });
});

test("a token that verifies raises the alarm by asking, and does not learn from where others did", async () => {
  const audiences = ["wiki"];
  const made = await api.call("api-token/create", { access: "read", verifies: true, audiences });
  const { id: asker, token: verifier } = made.json;
  const { id, secret } = await revoked(audiences);
  const other = await revoked(["git"]);
  await api.call("api-token/verify", { token: secret }, verifier);
  await api.call("api-token/verify", { token: other.secret }, verifier);
  expect(warnings()).toMatchObject([
    { token_id: id, asked_by: asker },
    { token_id: other.id, asked_by: asker },
  ]);
  for (const each of [id, other.id]) expect((await mark(each)).from).toBe("192.0.2.1");
  const told = (await api.call("api-token/verify", { token: secret }, verifier)).json.api_token;
  expect(told).toMatchObject({ id, reused_at: null, reused_from: null });
  const whole = (await api.call("api-token/verify", { token: secret, audience: "wiki" })).json.api_token;
  expect(whole).toMatchObject({ id, reused_from: "192.0.2.1" });
});

describe("tokens are listed by it", () => {
  const list = async (body: object): Promise<readonly string[]> =>
    (await api.call("api-token/list", body)).json.data.map(({ id }: { id: string }) => id);

  test("revoked ones too, by time, and in its order", async () => {
    const first = await revoked();
    const second = await replaced();
    await revoked();
    for (const { secret } of [second, first]) {
      api.nowMs += 10_000;
      await api.call("api-token/list", {}, secret);
    }
    await api.usage.flush();
    const time = (await mark(second.id)).at;
    const REUSED = { key: "reused_at", exists: true };
    expect(await list({ filters: [REUSED] })).toEqual([second.id, first.id]);
    expect(await list({ filters: [REUSED], sorts: [{ key: "reused_at", direction: "desc" }] })).toEqual([
      first.id,
      second.id,
    ]);
    expect(await list({ filters: [{ key: "reused_at", gt: time }] })).toEqual([first.id]);
    expect(await list({ filters: [{ key: "reused_at", lt: time }] })).toEqual([]);
    expect(await list({ filters: [{ key: "reused_at", eq: time }] })).toEqual([second.id]);
    expect(await list({ filters: [{ key: "reused_at", in: [time] }] })).toEqual([second.id]);
    expect(await list({ filters: [REUSED, { key: "status", eq: "revoked" }] })).toEqual([first.id]);
    const others = await list({ filters: [{ key: "reused_at", exists: false }] });
    expect(others).toHaveLength(4);
    expect(others).not.toContain(first.id);
    const page = (await api.call("api-token/list", { filters: [REUSED], pagination: { limit: 1 } })).json;
    expect(page.data).toMatchObject([{ id: second.id }]);
    const next = { limit: 1, cursor: page.page.cursor };
    expect(await list({ filters: [REUSED], pagination: next })).toEqual([first.id]);
  });
});
