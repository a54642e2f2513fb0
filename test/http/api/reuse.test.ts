import { expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { basic, FORM, INTROSPECT } from "../../support/http/introspection.ts";
import { logged, loggedRequests } from "../../support/http/logged.ts";

const WIKI = ["wiki"];

const api = useTestApi();

interface Ended {
  readonly id: string;
  readonly secret: string;
}

async function active(audiences: readonly string[] | null): Promise<Ended> {
  const secret = await api.secret("write", null, audiences);
  return { id: (await api.call("api-token/current", {}, secret)).json.id, secret };
}

async function revoked(audiences: readonly string[] | null = null): Promise<Ended> {
  const token = await active(audiences);
  await api.call("api-token/revoke", { id: token.id });
  return token;
}

/** A replaced token after its overlap. */
async function replaced(audiences: readonly string[] | null = null): Promise<Ended> {
  const token = await active(audiences);
  await api.call("api-token/rotate", { id: token.id, overlap_seconds: 60 });
  api.nowMs += 60_000;
  return token;
}

function warnings() {
  return logged(api).filter(({ level }) => level === "warn");
}

async function mark(id: string) {
  await api.usage.flush();
  const { reused_at: at, reused_from: from } = (await api.call("api-token/get", { id })).json;
  return { at, from };
}

const form = (token: string, body: string) => ({
  token: basic(token),
  headers: { "content-type": FORM },
  body,
});
const proxied = (service: string) => (token: string) =>
  api.send(`/forward-auth/${service}`, { method: "GET", token });

/** Every way in which a secret comes to Publisher: as the token of the request, or in the question of another one. */
const WAYS: readonly (readonly [
  name: string,
  isQuestion: boolean,
  audiences: readonly string[] | null,
  show: (secret: string) => Promise<unknown>,
])[] = [
  ["a request to the API", false, null, (token) => api.call("api-token/list", {}, token)],
  ["a request that changes", false, null, (token) => api.call("api-token/create", { access: "read" }, token)],
  ["a request to nowhere", false, null, (token) => api.send("/publisher.v1/nope", { token })],
  ["a reverse proxy", false, WIKI, proxied("wiki")],
  ["a reverse proxy of another service", false, WIKI, proxied("git")],
  ["a caller of introspection", false, null, (secret) => api.send(INTROSPECT, form(secret, "token=x"))],
  [
    "a question by introspection",
    true,
    WIKI,
    (secret) => api.send(INTROSPECT, form(api.read, `token=${secret}&audience=wiki`)),
  ],
  [
    "a question by verify",
    true,
    WIKI,
    (token) => api.call("api-token/verify", { token, audience: "wiki" }, api.read),
  ],
  [
    "a question by bulk-verify",
    true,
    WIKI,
    (token) => api.call("api-token/bulk-verify", { tokens: ["x", token], audience: "wiki" }, api.read),
  ],
];

for (const [why, end] of Object.entries({ revoked, replaced }))
  test.each(WAYS)(`the log and the token show the secret of a ${why} token in %s`, async (...way) => {
    const [, isQuestion, audiences, show] = way;
    const { id, secret } = await end(audiences);
    const asker = (await api.call("api-token/current", {}, api.read)).json.id;
    expect(await mark(id)).toEqual({ at: null, from: null });
    api.nowMs += 5000;
    const at = `${new Date(api.nowMs).toISOString().slice(0, 19)}Z`;
    await show(secret);
    await show(secret);
    const [warning, ...more] = warnings();
    expect(more).toEqual([]);
    expect(warning).toMatchObject({ token_id: id, why, ip: "192.0.2.1" });
    expect(warning?.asked_by).toBe(isQuestion ? asker : undefined);
    const request = loggedRequests(api).find(({ request_id: each }) => each === warning?.request_id);
    expect(request).toMatchObject({ path: warning?.path, trace_id: warning?.trace_id });
    expect(await mark(id)).toEqual({ at, from: "192.0.2.1" });
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

test("tokens are listed by reused_at, also revoked ones, by time and in its order", async () => {
  const list = async (body: object): Promise<readonly string[]> =>
    (await api.call("api-token/list", body)).json.data.map(({ id }: { id: string }) => id);
  const first = await revoked();
  const second = await replaced();
  await revoked();
  for (const { secret } of [second, first]) {
    api.nowMs += 10_000;
    await api.call("api-token/list", {}, secret);
  }
  const time = (await mark(second.id)).at;
  const reused = { key: "reused_at", exists: true };
  const by = (operation: object) => list({ filters: [{ key: "reused_at", ...operation }] });
  const latestFirst = [{ key: "reused_at", direction: "desc" }];
  expect(await list({ filters: [reused] })).toEqual([second.id, first.id]);
  expect(await list({ filters: [reused], sorts: latestFirst })).toEqual([first.id, second.id]);
  expect(await list({ filters: [reused, { key: "status", eq: "revoked" }] })).toEqual([first.id]);
  expect(await by({ gt: time })).toEqual([first.id]);
  expect(await by({ lt: time })).toEqual([]);
  expect(await by({ eq: time })).toEqual([second.id]);
  expect(await by({ in: [time] })).toEqual([second.id]);
  const others = await by({ exists: false });
  expect(others).toHaveLength(4);
  expect(others).not.toContain(first.id);
  const page = (await api.call("api-token/list", { filters: [reused], pagination: { limit: 1 } })).json;
  expect(page.data).toMatchObject([{ id: second.id }]);
  const next = { limit: 1, cursor: page.page.cursor };
  expect(await list({ filters: [reused], pagination: next })).toEqual([first.id]);
});
