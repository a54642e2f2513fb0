import { describe, expect, test } from "bun:test";
import { isSecret } from "../../../src/tokens/secret/secret.ts";
import { expectHardened } from "../../support/hardened.ts";
import { type Answer, useTestApi } from "../../support/http/api.ts";

/** The clock of these tests stands at 12:00:00.5. */
const NOW = "2026-06-01T12:00:00Z";

const SIXTEEN = Array.from({ length: 16 }, (_, index) => `service-${index}`);

const api = useTestApi({ per: "file" });

async function create(body: unknown): Promise<Answer> {
  return await api.call("api-token/create", body);
}

describe("what is answered", () => {
  const CREATED: readonly (readonly [name: string, body: object, expected: object])[] = [
    ["access alone", { access: "read" }, { access: "read", description: null, expires_at: null }],
    ["write access", { access: "write" }, { access: "write", description: null, expires_at: null }],
    [
      "everything",
      { access: "read", description: "CI pipeline", expires_at: "2030-12-31T23:59:59Z" },
      { access: "read", description: "CI pipeline", expires_at: "2030-12-31T23:59:59Z" },
    ],
    [
      "nulls, which are the same as leaving out",
      { access: "read", audiences: null, description: null, expires_at: null },
      { access: "read", description: null, expires_at: null },
    ],
    [
      "services, in the order that they came in",
      { access: "read", audiences: ["wiki", "a-1", `${"0".repeat(63)}`] },
      {
        access: "read",
        description: null,
        expires_at: null,
        audiences: ["wiki", "a-1", `${"0".repeat(63)}`],
      },
    ],
    [
      "as many services as can be",
      { access: "read", audiences: SIXTEEN },
      { access: "read", description: null, expires_at: null, audiences: SIXTEEN },
    ],
    [
      "an empty description",
      { access: "read", description: "" },
      { access: "read", description: "", expires_at: null },
    ],
  ];
  for (const [name, body, expected] of CREATED) {
    test(name, async () => {
      const answer = await create(body);
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.json)).toEqual([
        "id",
        "access",
        "description",
        "token",
        "created_at",
        "expires_at",
        ...("audiences" in expected ? ["audiences"] : []),
      ]);
      expect(answer.json).toStrictEqual({
        id: expect.stringMatching(/^atok_[0-9A-Za-z]{20,}$/),
        token: expect.stringMatching(/^sk_live_[0-9A-Za-z]{49}$/),
        created_at: NOW,
        ...expected,
      });
      expect(isSecret(answer.json.token)).toBe(true);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("content-type")).toBe("application/json");
      expectHardened(answer.headers);
    });
  }

  test("works at once, with the access that was asked for", async () => {
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
});

describe("a description is kept as it was sent:", () => {
  for (const [name, description] of [
    ["500 code points", "x".repeat(500)],
    ["500 code points of two units each", "😀".repeat(500)],
    ["space around it", "  CI  "],
    ["markup", '<img src=x onerror="alert(1)">'],
    ["quotes and backslashes", `"'\\\\`],
    ["another language, right to left", "رمز الوصول"],
    ["separators that are no control characters", "a\u2028b\u2029c\u00a0d\u200be"],
    ["not normalised", "e\u0301"],
    ["looks like SQL", "'; DROP TABLE token; --"],
    ["looks like a number", "1e3"],
  ] as const) {
    test(name, async () => {
      const created = await create({ access: "read", description });
      expect(created.json.description).toBe(description);
      const { id } = created.json;
      expect((await api.call("api-token/get", { id })).json.description).toBe(description);
      const listed = await api.call("api-token/list", { filters: [{ key: "id", eq: id }] });
      expect(listed.json.data[0].description).toBe(description);
    });
  }
});

describe("an expiry is answered in UTC, in whole seconds:", () => {
  for (const [given, answered] of [
    ["2026-06-01T12:00:01Z", "2026-06-01T12:00:01Z"],
    ["2026-06-01T12:00:01.999999999Z", "2026-06-01T12:00:01Z"],
    ["2027-01-01t00:00:00z", "2027-01-01T00:00:00Z"],
    ["2027-01-01T00:00:00+01:00", "2026-12-31T23:00:00Z"],
    ["2027-01-01T00:00:00-23:59", "2027-01-01T23:59:00Z"],
    ["2027-01-01T00:00:00-00:00", "2027-01-01T00:00:00Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"],
    ["2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59Z"],
    ["9999-12-31T23:59:59+00:01", "9999-12-31T23:58:59Z"],
  ] as const) {
    test(given, async () => {
      expect((await create({ access: "read", expires_at: given })).json.expires_at).toBe(answered);
    });
  }
});

test("what was created belongs to whom created it", async () => {
  const creator = (await api.call("api-token/current")).json.id;
  const { id } = (await create({ access: "read" })).json;
  expect((await api.call("api-token/get", { id })).json.created_by).toBe(creator);
});

test("the services that a token is for are shown wherever it is, and null is Publisher itself", async () => {
  const { id } = (await create({ access: "read", audiences: ["wiki"] })).json;
  expect((await api.call("api-token/get", { id })).json.audiences).toEqual(["wiki"]);
  const listed = await api.call("api-token/list", { filters: [{ key: "id", eq: id }] });
  expect(listed.json.data[0].audiences).toEqual(["wiki"]);
  expect((await api.call("api-token/current")).json.audiences).toBeNull();
});
