import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { expectHardened } from "../../support/hardened.ts";
import { type Answer, useTestApi } from "../../support/http/api.ts";
import { mistyped } from "../../support/http/credentials.ts";
import { expectIssues } from "../../support/http/failures.ts";
import { wholeOf } from "../../support/http/introspection.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { outcomeOf } from "../../support/store/store.ts";

const VERIFY = "api-token/verify";
const NOW = Date.parse("2026-06-01T12:00:00Z") / 1000;

const api = useTestApi();

/** That the answer has this reason, and the token where the secret matched one. */
function expectVerdict(answer: Answer, reason: string | null, token: object | null): void {
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json)).toEqual(["valid", "reason", "api_token"]);
  expect(answer.json).toMatchObject({ valid: reason === null, reason });
  if (token === null) expect(answer.json.api_token).toBeNull();
  else {
    expect(Object.keys(answer.json.api_token)).toEqual(RESOURCE_KEYS);
    expect(answer.json.api_token).toMatchObject(token);
  }
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expectHardened(answer.headers);
}

async function idOf(secret: string): Promise<string> {
  return (await api.call("api-token/current", {}, secret)).json.id;
}

describe("whether a secret is good is told to whoever may read:", () => {
  test("for a service", async () => {
    const secret = await api.secret("read", NOW + 60, ["wiki", "shop"]);
    const id = await idOf(secret);
    for (const caller of [api.read, api.write])
      for (const audience of ["wiki", "shop"])
        expectVerdict(await api.call(VERIFY, { token: secret, audience }, caller), null, {
          id,
          access: "read",
          audiences: ["wiki", "shop"],
          status: "active",
          hint: `sk_live_…${secret.slice(-4)}`,
          expires_at: "2026-06-01T12:01:00Z",
        });
  });

  test("for Publisher itself, where no service or null is named", async () => {
    const id = await idOf(api.write);
    for (const more of [{}, { audience: null }, { access: "read" }, { access: "write", audience: null }])
      expectVerdict(await api.call(VERIFY, { token: api.write, ...more }, api.read), null, { id });
  });

  test("the caller's own", async () => {
    const id = await idOf(api.read);
    expectVerdict(await api.call(VERIFY, { token: api.read }, api.read), null, { id });
  });
});

describe("why it is not good is told, with the token where the secret matched one:", () => {
  test("malformed", async () => {
    for (const token of [
      "",
      "x",
      "sk_live_",
      mistyped(api.write),
      `${api.write} `,
      `Bearer ${api.write}`,
      api.write.slice(0, -1),
      "\u0000",
      "x".repeat(60_000),
    ])
      expectVerdict(await api.call(VERIFY, { token }), "malformed", null);
  });

  test("unknown", async () => {
    expectVerdict(await api.call(VERIFY, { token: makeSecret(randomBytes) }), "unknown", null);
  });

  test("expired, from its second on", async () => {
    const token = await api.secret("write", NOW + 1);
    const id = await idOf(token);
    expectVerdict(await api.call(VERIFY, { token }), null, { id });
    api.nowMs += 500;
    expectVerdict(await api.call(VERIFY, { token }), "expired", { id, status: "expired" });
  });

  test("revoked", async () => {
    const token = await api.secret("write", null, ["wiki"]);
    const id = await idOf(token);
    outcomeOf(await api.tokens.revoke(id, COMMAND_LINE));
    const answer = await api.call(VERIFY, { token, audience: "wiki" });
    expectVerdict(answer, "revoked", { id, status: "revoked", audiences: ["wiki"] });
  });

  test("too little access", async () => {
    const id = await idOf(api.read);
    const answer = await api.call(VERIFY, { token: api.read, access: "write" });
    expectVerdict(answer, "insufficient_access", { id, status: "active" });
  });

  test("another service", async () => {
    const token = await api.secret("write", null, ["wiki"]);
    const id = await idOf(token);
    for (const more of [{}, { audience: null }, { audience: "shop" }, { audience: "wik" }])
      expectVerdict(await api.call(VERIFY, { token, ...more }), "wrong_audience", { id });
    const own = await api.call(VERIFY, { token: api.write, audience: "wiki" });
    expectVerdict(own, "wrong_audience", { id: await idOf(api.write) });
  });

  test("the first of several", async () => {
    const token = await api.secret("read", NOW + 1, ["wiki"]);
    const id = await idOf(token);
    const wrong = { token, access: "write", audience: "shop" };
    expectVerdict(await api.call(VERIFY, wrong), "wrong_audience", { id });
    expectVerdict(await api.call(VERIFY, { ...wrong, audience: "wiki" }), "insufficient_access", { id });
    api.nowMs += 1000;
    expectVerdict(await api.call(VERIFY, wrong), "expired", { id });
    outcomeOf(await api.tokens.revoke(id, COMMAND_LINE));
    expectVerdict(await api.call(VERIFY, wrong), "revoked", { id, status: "revoked" });
  });
});

describe("what cannot be asked is a 400:", () => {
  const token = "sk_live_";
  const NO_AUDIENCE =
    "must be a name of 1 to 63 lower-case letters, digits and hyphens that does not begin with a hyphen";
  const REFUSED: readonly (readonly [body: object, path: string, message: string])[] = [
    [{}, "token", "is required"],
    [{ audience: "wiki" }, "token", "is required"],
    ...[null, 7, true, [], {}, ["sk_live_"]].map(
      (wrong) => [{ token: wrong }, "token", "must be a string"] as const,
    ),
    ...[null, "admin", "READ", 1, ["read"], ""].map(
      (access) => [{ token, access }, "access", 'must be "read" or "write"'] as const,
    ),
    ...["", "Wiki", "-wiki", "wi ki", "é", "a".repeat(64), "wiki\n"].map(
      (audience) => [{ token, audience }, "audience", NO_AUDIENCE] as const,
    ),
    ...[7, true, {}, ["wiki"]].map(
      (audience) => [{ token, audience }, "audience", `${NO_AUDIENCE}, or null`] as const,
    ),
    [{ token, audiences: ["wiki"] }, "audiences", "is not a known parameter"],
    [{ token, secret: token }, "secret", "is not a known parameter"],
  ];
  for (const [body, path, message] of REFUSED) {
    test(JSON.stringify(body).slice(0, 60), async () => {
      expectIssues(await api.call(VERIFY, body), [{ path, message }]);
    });
  }

  test("everything at once", async () => {
    expectIssues(await api.call(VERIFY, { token: 1, access: 2, audience: "A", more: 3 }), [
      { path: "token", message: "must be a string" },
      { path: "access", message: 'must be "read" or "write"' },
      { path: "audience", message: NO_AUDIENCE },
      { path: "more", message: "is not a known parameter" },
    ]);
  });
});

test("the secret that is asked about is neither told back nor logged, whatever comes of it", async () => {
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
