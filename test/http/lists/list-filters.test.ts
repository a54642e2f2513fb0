import { beforeAll, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { at, ListedTokens } from "../../support/lists/listed.ts";

const api = useTestApi({ per: "file" });
let tokens: ListedTokens;

beforeAll(async () => {
  tokens = await ListedTokens.make(api);
});

const ALL = "both gone old deploy bare second first";
const NOT_REVOKED = "old deploy bare second first";

/** No token fulfils it. The store must read every row to know. */
const NOTHING_BY_PATTERN = { key: "description", regex: { pattern: "^no such description$" } };

const WRITE = { key: "access", eq: "write" };
const READ = { key: "access", eq: "read" };
const DESCRIBED = { key: "description", exists: true };
const REVOKED = { key: "revoked_at", exists: true };

type Filter = object | (() => object);

/** Conditions, and the names of the tokens that fulfil them, newest first. */
const SCENARIOS: readonly (readonly [filters: readonly Filter[], names: string])[] = [
  [[], NOT_REVOKED],

  [[() => ({ key: "id", eq: tokens.idOf("gone") })], "gone"],
  [[{ key: "id", eq: "atok_0" }], ""],
  [[WRITE], "deploy first"],
  [[{ key: "description", eq: "old build" }], "old"],
  [[{ key: "description", eq: "OLD BUILD" }], ""],
  [[{ key: "description", eq: "gone build" }], ""],
  [[{ key: "status", eq: "active" }], "deploy bare second first"],
  [[{ key: "status", eq: "expired" }], "old"],
  [[{ key: "status", eq: "revoked" }], "both gone"],
  [[() => ({ key: "created_by", eq: tokens.idOf("first") })], "old deploy bare"],
  [[{ key: "created_at", eq: "2026-06-01T14:00:20.9+02:00" }], "deploy"],
  [[{ key: "expires_at", eq: at(60) }], "old"],
  [[{ key: "revoked_at", eq: at(50) }], "gone"],
  [[{ key: "last_used_at", eq: at(0) }], "second"],

  [[() => ({ key: "id", in: [tokens.idOf("gone"), "atok_0", tokens.idOf("first")] })], "gone first"],
  [[{ key: "access", in: ["read", "read"] }], "old bare second"],
  [[{ key: "description", in: ["old build", "a read token", "gone build"] }], "old second"],
  [[{ key: "status", in: ["expired", "revoked"] }], "both gone old"],
  [[{ key: "expires_at", in: [at(60), at(70), at(3600)] }], "old deploy"],

  [[() => ({ key: "id", nin: [tokens.idOf("bare"), tokens.idOf("old")] })], "both gone deploy second first"],
  [[{ key: "description", nin: ["old build"] }], "deploy bare second first"],
  [[{ key: "status", nin: ["active"] }], "both gone old"],
  [[{ key: "revoked_at", nin: [at(50)] }], "both old deploy bare second first"],

  [[{ key: "id", exists: true }], ALL],
  [[{ key: "id", exists: false }], ""],
  [[DESCRIBED], "old deploy second first"],
  [[{ key: "description", exists: false }], "bare"],
  [[{ key: "status", exists: true }], ALL],
  [[{ key: "created_by", exists: false }], "second first"],
  [[REVOKED], "both gone"],
  [[{ key: "last_used_at", exists: false }], "old deploy bare"],

  [[{ key: "created_at", lt: at(10) }], "second first"],
  [[{ key: "created_at", gt: "2026-06-01T14:00:10+02:00" }], "old deploy"],
  [[{ key: "expires_at", lt: at(3600) }], "old"],
  [[{ key: "revoked_at", gt: at(50) }], "both"],
  [[{ key: "last_used_at", lt: at(9999) }], "second first"],
  [[{ key: "last_used_at", gt: at(0) }], "first"],

  [[READ, DESCRIBED], "old second"],
  [[{ and: [READ, DESCRIBED] }], "old second"],
  [[{ or: [WRITE, { key: "description", exists: false }] }], "deploy bare first"],
  [[{ or: [WRITE, { key: "status", eq: "expired" }] }], "both old deploy first"],
  [[{ or: [{ key: "description", regex: { pattern: "^old" } }, WRITE] }], "old deploy first"],
  [[{ and: [{ or: [{ and: [REVOKED] }] }, READ] }], "gone"],
  [[{ or: [{ and: [{ key: "id", eq: "atok_0" }] }, WRITE] }], "both deploy first"],
];

const name = (filter: Filter) => (typeof filter === "function" ? String(filter) : JSON.stringify(filter));

for (const [filters, names] of SCENARIOS)
  test(`a list with ${filters.map(name).join(" and ") || "no filters"} gives ${names}`, async () => {
    const made = filters.map((filter) => (typeof filter === "function" ? filter() : filter));
    expect((await tokens.names({ filters: made })).join(" ")).toBe(names);
    if (made.length === 0) return expect((await tokens.names({})).join(" ")).toBe(names);
    const read = { or: [{ and: made }, NOTHING_BY_PATTERN] };
    expect((await tokens.names({ filters: [read] })).join(" ")).toBe(names);
  });

test("a read token gets the same list, of tokens as get returns them", async () => {
  const body = { filters: [{ key: "id", exists: true }] };
  const seen = (await api.call("api-token/list", body, api.read)).json;
  expect(seen).toStrictEqual((await api.call("api-token/list", body)).json);
  expect(tokens.namesIn(seen).join(" ")).toBe(ALL);
  for (const resource of seen.data)
    expect(resource).toStrictEqual((await api.call("api-token/get", { id: resource.id })).json);
});

test("a filter by status goes by the time of the request", async () => {
  const expired = { filters: [{ key: "status", eq: "expired" }] };
  api.nowMs += 3_500_000;
  expect((await tokens.names(expired)).join(" ")).toBe("old deploy");
  api.nowMs -= 3_500_000;
  expect((await tokens.names(expired)).join(" ")).toBe("old");
});
