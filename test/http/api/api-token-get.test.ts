import { expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { expectResource } from "../../support/http/resource.ts";
import { each, NO_TOKEN_ID, testRefusals, UNKNOWN } from "./refused-bodies.ts";

const NOW = "2026-06-01T12:00:00Z";
const ABSENT = { expires_at: null, revoked_at: null, last_used_at: null };

const api = useTestApi();

async function ownId(token: string): Promise<string> {
  return (await api.call("api-token/current", {}, token)).json.id;
}

test("get returns the whole token, also to a read token", async () => {
  const created_by = await ownId(api.write);
  const body = { access: "read", description: "CI", expires_at: "2026-06-01T12:01:00Z" };
  const { id, token } = (await api.call("api-token/create", body)).json;
  const hint = `sk_live_…${token.slice(-4)}`;
  for (const caller of [api.read, api.write]) {
    const expected = { ...ABSENT, ...body, id, hint, status: "active", created_at: NOW, created_by };
    expectResource(await api.call("api-token/get", { id }, caller), expected);
  }
  const first = { created_by: null, expires_at: null, revoked_at: null };
  expectResource(await api.call("api-token/get", { id: created_by }), first);
});

test("get returns an expired token, and one that stays revoked beyond its expiry", async () => {
  const body = { access: "read", expires_at: "2026-06-01T12:01:00Z" };
  const { id } = (await api.call("api-token/create", body)).json;
  const revoked = (await api.call("api-token/create", body)).json;
  await api.call("api-token/revoke", { id: revoked.id });
  for (const [now, status] of [
    ["2026-06-01T12:00:59.999Z", "active"],
    ["2026-06-01T12:01:00.000Z", "expired"],
  ] as const) {
    api.nowMs = Date.parse(now);
    expectResource(await api.call("api-token/get", { id }), { status });
    const ended = { status: "revoked", revoked_at: NOW };
    expectResource(await api.call("api-token/get", { id: revoked.id }), ended);
  }
});

test("current returns the caller's own token", async () => {
  for (const token of [api.read, api.write]) {
    // The last use before the second request is the first.
    await ownId(token);
    const own = await api.call("api-token/current", {}, token);
    expectResource(own, { hint: `sk_live_…${token.slice(-4)}`, status: "active" });
    expect(own.json).toStrictEqual((await api.call("api-token/get", { id: own.json.id })).json);
  }
});

const MALFORMED = [
  "",
  "atok_",
  "ATOK_0",
  "aevt_0",
  `atok_${"z".repeat(65)}`,
  "atok_a-b",
  " atok_0",
  "atok_0\n",
];

for (const endpoint of ["api-token/get", "api-token/revoke"]) {
  testRefusals(api, endpoint, [
    ...each([...MALFORMED, 0, null, ["atok_0"], { eq: "atok_0" }], (id) => ({ id }), ["id", NO_TOKEN_ID]),
    [{}, ["id", "is required"]],
    [{ ids: ["atok_0"] }, ["id", "is required"], ["ids", UNKNOWN]],
    ['{"__proto__":{"id":"atok_0"}}', ["id", "is required"], ["__proto__", UNKNOWN]],
  ]);

  test.each(["atok_0", `atok_${"z".repeat(64)}`, "atok_toString"])(
    `${endpoint} of %s is a 404`,
    async (id) => {
      const answer = await api.call(endpoint, { id });
      expectFailure(answer, "not_found", { data: { resource: "api-token" } });
      expect(answer.text).not.toContain(id);
    },
  );
}
