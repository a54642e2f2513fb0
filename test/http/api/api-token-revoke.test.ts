import { expect, test } from "bun:test";
import { type Answer, useTestApi } from "../../support/http/api.ts";
import { INSUFFICIENT } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { expectResource } from "../../support/http/resource.ts";
import { each, testRefusals } from "./refused-bodies.ts";

const REVOKE = "/publisher.v1/api-token/revoke";

const api = useTestApi();

async function created(body: object = { access: "read" }): Promise<{ id: string; token: string }> {
  return (await api.call("api-token/create", body)).json;
}

async function revoke(id: string, more: object = {}, caller = api.write): Promise<Answer> {
  return await api.call("api-token/revoke", { id, ...more }, caller);
}

async function idOf(secret: string): Promise<string> {
  return (await api.call("api-token/current", {}, secret)).json.id;
}

test("revoke returns the token, now revoked, and changes nothing else of it", async () => {
  const { id } = await created({ access: "write", description: "CI", expires_at: "2027-01-01T00:00:00Z" });
  const before = (await api.call("api-token/get", { id })).json;
  api.nowMs += 5000;
  const answer = await revoke(id);
  expectResource(answer, { ...before, status: "revoked", revoked_at: "2026-06-01T12:00:05Z" });
  expect((await api.call("api-token/get", { id })).json).toStrictEqual(answer.json);
});

test("every revocation of a token has the same answer, and only the first is a change", async () => {
  const { id } = await created({ access: "read", expires_at: "2026-06-01T12:00:10Z" });
  api.nowMs += 20_000;
  const answers = await Promise.all(Array.from({ length: 20 }, () => revoke(id)));
  for (const step of [60_000, -120_000]) {
    api.nowMs += step;
    answers.push(await revoke(id));
  }
  expect(answers[0]?.json).toMatchObject({ status: "revoked" });
  for (const { json } of answers) expect(json).toStrictEqual(answers[0]?.json);
  expect(api.logLines.filter((line) => line.includes("api-token.revoke"))).toHaveLength(1);
});

test("a revoked token may do nothing from the answer on, and other tokens still work", async () => {
  const { id, token } = await created({ access: "write" });
  const other = await created();
  expect((await api.call("api-token/list", {}, token)).status).toBe(200);
  await revoke(id);
  for (const endpoint of ["create", "list", "revoke", "get", "current"]) {
    const answer = await api.call(`api-token/${endpoint}`, {}, token);
    expect(answer.status, endpoint).toBe(401);
    expect(answer.headers.get("www-authenticate"), endpoint).toContain("The token was revoked");
  }
  expect((await api.call("api-token/current", {}, other.token)).status).toBe(200);
});

test.each<[name: string, secret: () => Promise<string>]>([
  ["a read token", async () => api.read],
  ["a write token", async () => api.write],
  ["a read token for a service", () => api.secret("read", null, ["wiki"])],
  ["a write token for services", () => api.secret("write", null, ["wiki", "shop"])],
  [
    "a token that verifies",
    async () => (await created({ access: "read", audiences: ["wiki"], verifies: true })).token,
  ],
])("%s may revoke itself, once, and try it with a dry run first", async (_, made) => {
  const secret = await made();
  const id = await idOf(secret);
  const dry = await revoke(id, { dry_run: true }, secret);
  expect(dry.json).toMatchObject({ id, status: "active", revoked_at: null });
  const answer = await revoke(id, {}, secret);
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ id, status: "revoked" });
  expect((await api.call("api-token/current", {}, secret)).status).toBe(401);
  expect((await revoke(id, {}, secret)).status).toBe(401);
});

test("a read token may revoke neither others nor its descendants, and learns no faults of a body", async () => {
  const [own, other] = [await idOf(api.read), await idOf(api.write)];
  const bodies = [
    { id: other },
    { id: other, dry_run: true },
    { id: own, descendants: true },
    { id: own, descendants: true, dry_run: true },
    { id: own, colour: "red" },
    { id: [own] },
    { id: "atok_0" },
    {},
    "no JSON",
    "",
    " ".repeat(65_537),
  ];
  const plain = { body: { id: own }, headers: { "content-type": "text/plain" } };
  for (const sent of [...bodies.map((body) => ({ body })), plain])
    expectFailure(await api.send(REVOKE, { token: api.read, ...sent }), "authorization_error", {
      headers: { "www-authenticate": INSUFFICIENT },
    });
  for (const secret of [api.read, api.write])
    expect((await api.call("api-token/current", {}, secret)).status).toBe(200);
});

test("descendants are counted by status and access, as they were before the revocation", async () => {
  const { id, token } = await created({ access: "write" });
  const soon = new Date(api.nowMs + 5000).toISOString();
  for (const body of [{ access: "read" }, { access: "write" }, { access: "read", expires_at: soon }])
    await api.call("api-token/create", body, token);
  await revoke((await api.call("api-token/create", { access: "read" }, token)).json.id);
  api.nowMs += 6000;
  const [one, none] = [
    { read: 1, write: 0 },
    { read: 0, write: 0 },
  ];
  const descendants = { active: { read: 1, write: 1 }, expired: one, revoked: one };
  const dry = (await revoke(id, { descendants: true, dry_run: true })).json;
  expect(dry).toMatchObject({ id, status: "active", descendants });
  expect((await revoke(id, { descendants: true })).json).toMatchObject({
    id,
    status: "revoked",
    descendants,
  });
  const again = (await revoke(id, { descendants: true })).json.descendants;
  expect(again).toEqual({ active: none, expired: none, revoked: { read: 3, write: 1 } });
  for (const more of [{ dry_run: true }, { descendants: false }, {}])
    expect((await revoke(id, more)).json).not.toHaveProperty("descendants");
});

testRefusals(api, "api-token/revoke", [
  ...each(["true", 1, null], (descendants) => ({ id: "atok_0", descendants }), [
    "descendants",
    "must be true or false",
  ]),
  ...each(["yes", null], (dry_run) => ({ id: "atok_0", dry_run }), ["dry_run", "must be true or false"]),
]);

test("a replaced token cannot undo its own end, and the answer has the reason", async () => {
  const old = await created({ access: "write" });
  const successor = (await api.call("api-token/rotate", { id: old.id, overlap_seconds: 60 }, old.token)).json;
  const challenge =
    'Bearer realm="publisher", error="insufficient_scope", error_description="A replaced token may change neither itself nor its successor"';
  const calls = [
    ["update", { id: old.id, expires_at: null }],
    ["rotate", { id: successor.id }],
    ["revoke", { id: successor.id }],
    ["update", { id: successor.id, description: "mine" }],
  ] as const;
  for (const [endpoint, body] of calls) {
    const answer = await api.call(`api-token/${endpoint}`, body, old.token);
    expectFailure(answer, "authorization_error", { headers: { "www-authenticate": challenge } });
    expect(api.logLines.at(-1)).toContain('"authentication":"replaced"');
  }
  expect((await api.call("api-token/current", {}, successor.token)).json.status).toBe("active");
  expect((await api.call("api-token/create", { access: "read" }, old.token)).status).toBe(200);
  expect((await revoke(old.id, {}, old.token)).json.status).toBe("revoked");
});
