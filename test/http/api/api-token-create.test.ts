import { expect, test } from "bun:test";
import { isSecret } from "../../../src/tokens/secret/secret.ts";
import { type Answer, useTestApi } from "../../support/http/api.ts";

const SIXTEEN = Array.from({ length: 16 }, (_, index) => `service-${index}`);
const NOTHING_MORE = { description: null, expires_at: null };

const api = useTestApi({ per: "file" });

async function create(body: unknown): Promise<Answer> {
  return await api.call("api-token/create", body);
}

test.each<[body: object, expected?: object]>([
  [{ access: "read" }],
  [{ access: "write" }],
  [{ access: "read", description: "CI pipeline", expires_at: "2030-12-31T23:59:59Z" }],
  [{ access: "read", audiences: null, description: null, expires_at: null }, { access: "read" }],
  [{ access: "read", audiences: ["wiki", "a-1", "0".repeat(63)] }],
  [{ access: "read", audiences: SIXTEEN }],
  [{ access: "read", description: "" }],
  [
    { access: "read", expires_at: "2027-01-01t00:00:00.9+01:00" },
    { access: "read", expires_at: "2026-12-31T23:00:00Z" },
  ],
])("%j is created as asked", async (body, expected = body) => {
  const { status, headers, json } = await create(body);
  expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect(Object.keys(json)).toEqual([
    ...["id", "access", "description", "token", "created_at", "expires_at"],
    ...("audiences" in expected ? ["audiences"] : []),
  ]);
  expect(json).toStrictEqual({
    id: expect.stringMatching(/^atok_[0-9A-Za-z]{20,}$/),
    token: expect.stringMatching(/^sk_live_[0-9A-Za-z]{49}$/),
    created_at: "2026-06-01T12:00:00Z",
    ...NOTHING_MORE,
    ...expected,
  });
  expect(isSecret(json.token)).toBe(true);
  const { audiences = null } = { audiences: null, ...expected };
  const creator = (await api.call("api-token/current")).json.id;
  const stored = await api.call("api-token/get", { id: json.id });
  expect(stored.json).toMatchObject({ audiences, created_by: creator });
});

test("a token works at once, with the access of the request", async () => {
  const { token, id } = (await create({ access: "read" })).json;
  const own = await api.call("api-token/current", {}, token);
  expect(own.json).toMatchObject({
    id,
    access: "read",
    status: "active",
    hint: `sk_live_…${token.slice(-4)}`,
  });
  expect((await api.call("api-token/create", { access: "read" }, token)).status).toBe(403);
});

test("ids grow, and no two tokens share a secret", async () => {
  const made = [];
  for (let count = 0; count < 20; count += 1) made.push((await create({ access: "read" })).json);
  const ids = made.map(({ id }) => id);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(20);
  expect(new Set(made.map(({ token }) => token)).size).toBe(20);
});

test.each([
  ["500 code points of two units each", "😀".repeat(500)],
  ["space around it", "  CI  "],
  ["markup", '<img src=x onerror="alert(1)">'],
  ["quotes and backslashes", `"'\\\\`],
  ["right to left", "رمز الوصول"],
  ["separators that are no control characters", "a\u2028b\u2029c\u00a0d\u200be"],
  ["not normalised", "e\u0301"],
  ["like SQL", "'; DROP TABLE token; --"],
  ["like a number", "1e3"],
])("a description stays as it was sent: %s", async (_, description) => {
  const created = await create({ access: "read", description });
  const { id } = created.json;
  const listed = await api.call("api-token/list", { filters: [{ key: "id", eq: id }] });
  for (const token of [created.json, (await api.call("api-token/get", { id })).json, listed.json.data[0]])
    expect(token.description).toBe(description);
});
