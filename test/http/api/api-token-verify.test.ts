import { expect, spyOn, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { BODY_LIMIT_BYTES } from "../../../src/http/body/body.ts";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { BULK_VERIFY_LIMIT } from "../../../src/tokens/limits.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import type { Access } from "../../../src/tokens/token.ts";
import { useTestApi } from "../../support/http/api.ts";
import { mistyped } from "../../support/http/credentials.ts";
import { wholeOf } from "../../support/http/introspection.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { BULK_VERIFY, inBulk, type Question, VERIFY, verify } from "../../support/http/verification.ts";
import { outcomeOf } from "../../support/store/store.ts";
import { each, type Issue, NO_NAME, testRefusals, UNKNOWN } from "./refused-bodies.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z") / 1000;

const api = useTestApi();

/** Expects this reason from a verification, and the token where the secret matched one. */
async function expectVerdict(body: Question, reason: string | null, token: object | null, caller = api.read) {
  const { status, headers, json } = await verify(api, body, caller);
  expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect(Object.keys(json)).toEqual(["valid", "reason", "api_token"]);
  expect(json).toMatchObject({ valid: reason === null, reason });
  if (token === null) expect(json.api_token).toBeNull();
  else {
    expect(Object.keys(json.api_token)).toEqual(RESOURCE_KEYS);
    expect(json.api_token).toMatchObject(token);
  }
}

async function idOf(secret: string): Promise<string> {
  return (await api.call("api-token/current", {}, secret)).json.id;
}

test("a token is valid for its services, also for a caller with a write token", async () => {
  const token = await api.secret("read", NOW + 60, ["wiki", "shop"]);
  const expected = {
    id: await idOf(token),
    access: "read",
    audiences: ["wiki", "shop"],
    status: "active",
    hint: `sk_live_…${token.slice(-4)}`,
    expires_at: "2026-06-01T12:01:00Z",
  };
  for (const caller of [api.read, api.write])
    for (const audience of ["wiki", "shop"]) await expectVerdict({ token, audience }, null, expected, caller);
});

test("without a service, or with null, a token is valid for Publisher itself", async () => {
  const id = await idOf(api.write);
  for (const more of [{}, { audience: null }, { access: "read" }, { access: "write", audience: null }])
    await expectVerdict({ token: api.write, ...more }, null, { id });
  await expectVerdict({ token: api.read }, null, { id: await idOf(api.read) });
});

test("a text without the form of a secret is malformed, and a secret of no token unknown", async () => {
  const cut = api.write.slice(0, -1);
  const malformed = ["", "sk_live_", mistyped(api.write), `${api.write} `, `Bearer ${api.write}`, cut];
  for (const token of [...malformed, "\u0000", "x".repeat(30_000)])
    await expectVerdict({ token }, "malformed", null);
  await expectVerdict({ token: makeSecret(randomBytes) }, "unknown", null);
});

test("a token is refused for another service and for too little access", async () => {
  const token = await api.secret("write", null, ["wiki"]);
  const id = await idOf(token);
  for (const more of [{}, { audience: null }, { audience: "shop" }, { audience: "wik" }])
    await expectVerdict({ token, ...more }, "wrong_audience", { id });
  const own = { id: await idOf(api.write) };
  await expectVerdict({ token: api.write, audience: "wiki" }, "wrong_audience", own);
  const read = { id: await idOf(api.read), status: "active" };
  await expectVerdict({ token: api.read, access: "write" }, "insufficient_access", read);
});

test("of several reasons the answer has the first, and a token expires from its second on", async () => {
  const token = await api.secret("read", NOW + 1, ["wiki"]);
  const id = await idOf(token);
  const wrong = { token, access: "write", audience: "shop" };
  await expectVerdict({ token, audience: "wiki" }, null, { id });
  await expectVerdict(wrong, "wrong_audience", { id });
  await expectVerdict({ ...wrong, audience: "wiki" }, "insufficient_access", { id });
  api.nowMs += 500;
  await expectVerdict(wrong, "expired", { id, status: "expired" });
  outcomeOf(await api.tokens.revoke(id, COMMAND_LINE));
  await expectVerdict(wrong, "revoked", { id, status: "revoked" });
});

test(`up to ${BULK_VERIFY_LIMIT} secrets in one call are answered and counted in their order, each like one alone`, async () => {
  const kinds = await secretsOfAllKinds();
  const tokens = Array.from({ length: BULK_VERIFY_LIMIT }, (_, place) => kinds[place % kinds.length] ?? "");
  const record = spyOn(api.usage, "record");
  const uses = () => record.mock.calls.map(([{ id }, outcome]) => `${id} ${outcome}`);
  for (const more of [{ audience: "wiki" }, { audience: "wiki", access: "write" }, {}]) {
    // The first question about a secret may be its first use, or its first reuse.
    for (const token of kinds) await api.call(VERIFY, { token, ...more }, api.read);
    record.mockClear();
    const alone: object[] = [];
    for (const token of tokens) alone.push((await api.call(VERIFY, { token, ...more }, api.read)).json);
    const [caller = "", ...usesAlone] = uses();
    record.mockClear();
    const { status, headers, json } = await api.call(BULK_VERIFY, { tokens, ...more }, api.read);
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(json).toEqual({ data: alone });
    expect(uses()).toEqual([caller, ...usesAlone.filter((use) => use !== caller)]);
  }
});

/** Secrets of tokens in every state, for this and other services; and texts that are no secret, or no token's. */
async function secretsOfAllKinds(): Promise<readonly string[]> {
  const make = (access: Access, audience: string, expiresAt: number | null = null) =>
    api.secret(access, expiresAt, [audience]);
  const [read, write, other] = [
    await make("read", "wiki"),
    await make("write", "wiki"),
    await make("write", "git"),
  ];
  const [expired, revoked] = [await make("read", "wiki", NOW + 1), await make("read", "wiki")];
  const [replaced, within] = [await make("read", "wiki"), await make("read", "wiki")];
  outcomeOf(await api.tokens.revoke(await idOf(revoked), COMMAND_LINE));
  for (const [secret, overlapSeconds] of [
    [replaced, 0],
    [within, 60],
  ] as const) {
    const request = { overlapSeconds, expiresAt: undefined };
    outcomeOf(await api.tokens.rotate(await idOf(secret), request, COMMAND_LINE));
  }
  api.nowMs += 1000;
  const texts = ["", "sk_live_", mistyped(read), makeSecret(randomBytes)];
  return [read, write, other, api.write, expired, revoked, replaced, within, ...texts];
}

const NO_STRING = "must be a string";
const NO_ACCESS: Issue = ["access", 'must be "read" or "write"'];

for (const [endpoint, name, given] of [
  [VERIFY, "token", { token: "sk_live_" }],
  [BULK_VERIFY, "tokens", { tokens: ["sk_live_"] }],
] as const)
  testRefusals(api, endpoint, [
    [{}, [name, "is required"]],
    [{ audience: "wiki" }, [name, "is required"]],
    ...each([null, "admin", "READ", 1, ["read"], ""], (access) => ({ ...given, access }), NO_ACCESS),
    ...each(["", "Wiki", "wiki\n"], (audience) => ({ ...given, audience }), ["audience", NO_NAME]),
    ...each([7, {}, ["wiki"]], (audience) => ({ ...given, audience }), ["audience", `${NO_NAME}, or null`]),
    [{ ...given, audiences: ["wiki"], secret: "sk_live_" }, ["audiences", UNKNOWN], ["secret", UNKNOWN]],
  ]);

testRefusals(api, VERIFY, [
  ...each([null, 7, true, [], {}, ["sk_live_"]], (token) => ({ token }), ["token", NO_STRING]),
  [
    { token: 1, access: 2, audience: "A", more: 3 },
    ["token", NO_STRING],
    NO_ACCESS,
    ["audience", NO_NAME],
    ["more", UNKNOWN],
  ],
  [{ token: "sk_live_", tokens: ["sk_live_"] }, ["tokens", UNKNOWN]],
]);

const NO_TOKENS: Issue = ["tokens", `must be a list of 1 to ${BULK_VERIFY_LIMIT} strings`];

testRefusals(api, BULK_VERIFY, [
  ...each([null, 7, true, [], {}, "sk_live_", { 0: "sk_live_" }], (tokens) => ({ tokens }), NO_TOKENS),
  [{ tokens: Array.from({ length: BULK_VERIFY_LIMIT + 1 }, () => "sk_live_") }, NO_TOKENS],
  [{ tokens: ["x", 7, "x", ["x"]] }, ["tokens[1]", NO_STRING], ["tokens[3]", NO_STRING]],
  [{ tokens: [null], access: 2, audience: "A" }, ["tokens[0]", NO_STRING], NO_ACCESS, ["audience", NO_NAME]],
  [{ tokens: ["sk_live_"], token: "sk_live_" }, ["token", UNKNOWN]],
  ['{"tokens":["x"],"tokens":["y"]}', ["tokens", "must be given only once"]],
]);

test("a body is large enough for the longest secrets that a call may have", () => {
  const tokens = Array.from({ length: BULK_VERIFY_LIMIT }, () => api.read);
  const body = JSON.stringify({ tokens, audience: "a".repeat(63), access: "write" }, null, 8);
  expect(body.length).toBeLessThan(BODY_LIMIT_BYTES);
});

test("neither an answer nor the log contains the verified secret", async () => {
  const good = await api.secret("write", null, ["wiki"]);
  const mark = good.slice(8, 40);
  const questions: readonly Question[] = [
    { token: good },
    { token: good, audience: "wiki", access: "write" },
    { token: mistyped(good) },
    { token: [good] },
    { token: good, access: good },
    { token: good, audience: good },
    { token: good, [good]: good },
  ];
  const calls = [
    ...questions.map((question) => [VERIFY, question] as const),
    ...questions.map((question) => [BULK_VERIFY, inBulk(question, good, { [good]: good })] as const),
    ...questions.map((question) => [BULK_VERIFY, inBulk(question, good)] as const),
  ];
  api.logLines.length = 0;
  for (const [endpoint, body] of calls) {
    expect(wholeOf(await api.call(endpoint, body, api.read))).not.toContain(mark);
    expect(wholeOf(await api.call(endpoint, body, null))).not.toContain(mark);
  }
  const fail = () => {
    throw new Error("boom");
  };
  api.store.findByDigests = fail;
  expect((await api.call(BULK_VERIFY, { tokens: [good] })).status).toBe(500);
  api.store.findByDigest = fail;
  expect((await api.call(VERIFY, { token: good })).status).toBe(500);
  expect(api.logLines).toHaveLength(2 * calls.length + 4);
  expect(api.logLines.join()).not.toContain(mark);
});
