import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { useTestApi } from "../../support/http/api.ts";
import { mistyped } from "../../support/http/credentials.ts";
import { wholeOf } from "../../support/http/introspection.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { outcomeOf } from "../../support/store/store.ts";
import { each, type Issue, NO_NAME, testRefusals, UNKNOWN } from "./refused-bodies.ts";

const VERIFY = "api-token/verify";
const NOW = Date.parse("2026-06-01T12:00:00Z") / 1000;

const api = useTestApi();

/** Expects this reason from a verification, and the token where the secret matched one. */
async function expectVerdict(body: object, reason: string | null, token: object | null, caller = api.read) {
  const { status, headers, json } = await api.call(VERIFY, body, caller);
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
  for (const token of [...malformed, "\u0000", "x".repeat(60_000)])
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

const token = "sk_live_";
const NO_TOKEN: Issue = ["token", "must be a string"];
const NO_ACCESS: Issue = ["access", 'must be "read" or "write"'];

testRefusals(api, VERIFY, [
  [{}, ["token", "is required"]],
  [{ audience: "wiki" }, ["token", "is required"]],
  ...each([null, 7, true, [], {}, ["sk_live_"]], (token) => ({ token }), NO_TOKEN),
  ...each([null, "admin", "READ", 1, ["read"], ""], (access) => ({ token, access }), NO_ACCESS),
  ...each(["", "Wiki", "wiki\n"], (audience) => ({ token, audience }), ["audience", NO_NAME]),
  ...each([7, {}, ["wiki"]], (audience) => ({ token, audience }), ["audience", `${NO_NAME}, or null`]),
  [{ token, audiences: ["wiki"], secret: token }, ["audiences", UNKNOWN], ["secret", UNKNOWN]],
  [
    { token: 1, access: 2, audience: "A", more: 3 },
    NO_TOKEN,
    NO_ACCESS,
    ["audience", NO_NAME],
    ["more", UNKNOWN],
  ],
]);

test("neither an answer nor the log contains the verified secret", async () => {
  const good = await api.secret("write", null, ["wiki"]);
  const mark = good.slice(8, 40);
  const bodies: readonly object[] = [
    { token: good },
    { token: good, audience: "wiki", access: "write" },
    { token: mistyped(good) },
    { token: [good] },
    { token: good, access: good },
    { token: good, audience: good },
    { token: good, [good]: good },
  ];
  api.logLines.length = 0;
  for (const body of bodies) {
    expect(wholeOf(await api.call(VERIFY, body, api.read))).not.toContain(mark);
    expect(wholeOf(await api.call(VERIFY, body, null))).not.toContain(mark);
  }
  api.store.findByDigest = () => {
    throw new Error("boom");
  };
  expect((await api.call(VERIFY, { token: good })).status).toBe(500);
  expect(api.logLines).toHaveLength(2 * bodies.length + 2);
  expect(api.logLines.join()).not.toContain(mark);
});
