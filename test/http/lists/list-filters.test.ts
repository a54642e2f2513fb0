import { beforeAll, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { at, ListedTokens } from "../../support/lists/listed.ts";

const api = useTestApi({ per: "file" });
let tokens: ListedTokens;

beforeAll(async () => {
  tokens = await ListedTokens.make(api);
});

const ALL = "both gone old deploy bare second first";
const NOT_REVOKED = "old deploy bare second first";

type Filter = object | (() => object);

/** Fulfilled by no token; only whoever reads every row can tell. */
const NOTHING_BY_PATTERN = { key: "description", regex: { pattern: "^no such description$" } };

/** Conditions, and the names of the tokens that fulfil them, newest first. */
const SCENARIOS: readonly (readonly [filters: readonly Filter[], names: string])[] = [
  [[], NOT_REVOKED],

  [[() => ({ key: "id", eq: tokens.idOf("bare") })], "bare"],
  [[() => ({ key: "id", eq: tokens.idOf("gone") })], "gone"],
  [[{ key: "id", eq: "atok_0" }], ""],
  [[{ key: "access", eq: "write" }], "deploy first"],
  [[{ key: "description", eq: "old build" }], "old"],
  [[{ key: "description", eq: "OLD BUILD" }], ""],
  [[{ key: "description", eq: "old" }], ""],
  [[{ key: "description", eq: "" }], ""],
  [[{ key: "description", eq: "gone build" }], ""],
  [[{ key: "status", eq: "active" }], "deploy bare second first"],
  [[{ key: "status", eq: "expired" }], "old"],
  [[{ key: "status", eq: "revoked" }], "both gone"],
  [[() => ({ key: "created_by", eq: tokens.idOf("first") })], "old deploy bare"],
  [[() => ({ key: "created_by", eq: tokens.idOf("second") })], ""],
  [[{ key: "created_at", eq: at(0) }], "second first"],
  [[{ key: "created_at", eq: "2026-06-01T14:00:20.9+02:00" }], "deploy"],
  [[{ key: "expires_at", eq: at(60) }], "old"],
  [[{ key: "revoked_at", eq: at(50) }], "gone"],
  [[{ key: "last_used_at", eq: at(0) }], "second"],

  [[() => ({ key: "id", in: [tokens.idOf("gone"), "atok_0", tokens.idOf("first")] })], "gone first"],
  [[{ key: "access", in: ["read", "write"] }], NOT_REVOKED],
  [[{ key: "access", in: ["read", "read"] }], "old bare second"],
  [[{ key: "description", in: ["old build", "a read token", "gone build"] }], "old second"],
  [[{ key: "status", in: ["expired", "revoked"] }], "both gone old"],
  [[() => ({ key: "created_by", in: [tokens.idOf("first"), tokens.idOf("second")] })], "old deploy bare"],
  [[{ key: "created_at", in: [at(10), at(40)] }], "bare"],
  [[{ key: "expires_at", in: [at(60), at(70), at(3600)] }], "old deploy"],
  [[{ key: "revoked_at", in: [at(50), at(51)] }], "gone"],
  [[{ key: "last_used_at", in: [at(0)] }], "second"],

  [[() => ({ key: "id", nin: [tokens.idOf("bare"), tokens.idOf("old")] })], "both gone deploy second first"],
  [[{ key: "access", nin: ["read"] }], "deploy first"],
  [[{ key: "description", nin: ["old build"] }], "deploy bare second first"],
  [[{ key: "status", nin: ["active"] }], "both gone old"],
  [[() => ({ key: "created_by", nin: [tokens.idOf("first")] })], "second first"],
  [[{ key: "created_at", nin: [at(0), at(10)] }], "old deploy"],
  [[{ key: "expires_at", nin: [at(60)] }], "deploy bare second first"],
  [[{ key: "revoked_at", nin: [at(50)] }], "both old deploy bare second first"],
  [[{ key: "last_used_at", nin: [at(0)] }], "old deploy bare first"],

  [[{ key: "id", exists: true }], ALL],
  [[{ key: "id", exists: false }], ""],
  [[{ key: "access", exists: true }], NOT_REVOKED],
  [[{ key: "access", exists: false }], ""],
  [[{ key: "description", exists: true }], "old deploy second first"],
  [[{ key: "description", exists: false }], "bare"],
  [[{ key: "status", exists: true }], ALL],
  [[{ key: "status", exists: false }], ""],
  [[{ key: "created_by", exists: true }], "old deploy bare"],
  [[{ key: "created_by", exists: false }], "second first"],
  [[{ key: "created_at", exists: true }], NOT_REVOKED],
  [[{ key: "expires_at", exists: true }], "old deploy"],
  [[{ key: "expires_at", exists: false }], "bare second first"],
  [[{ key: "revoked_at", exists: true }], "both gone"],
  [[{ key: "revoked_at", exists: false }], NOT_REVOKED],
  [[{ key: "last_used_at", exists: true }], "second first"],
  [[{ key: "last_used_at", exists: false }], "old deploy bare"],

  [[{ key: "created_at", lt: at(10) }], "second first"],
  [[{ key: "created_at", gt: at(10) }], "old deploy"],
  [[{ key: "created_at", gt: "2026-06-01T14:00:10+02:00" }], "old deploy"],
  [[{ key: "expires_at", lt: at(3600) }], "old"],
  [[{ key: "expires_at", gt: at(60) }], "deploy"],
  [[{ key: "revoked_at", lt: at(55) }], "gone"],
  [[{ key: "revoked_at", gt: at(50) }], "both"],
  [[{ key: "last_used_at", lt: at(9999) }], "second first"],
  [[{ key: "last_used_at", gt: at(0) }], "first"],

  [
    [
      { key: "access", eq: "read" },
      { key: "description", exists: true },
    ],
    "old second",
  ],
  [
    [
      {
        and: [
          { key: "access", eq: "read" },
          { key: "description", exists: true },
        ],
      },
    ],
    "old second",
  ],
  [
    [
      {
        or: [
          { key: "access", eq: "write" },
          { key: "description", exists: false },
        ],
      },
    ],
    "deploy bare first",
  ],
  [
    [
      {
        or: [
          { key: "access", eq: "write" },
          { key: "status", eq: "expired" },
        ],
      },
    ],
    "both old deploy first",
  ],
  [
    [
      {
        or: [
          { key: "description", regex: { pattern: "^old" } },
          { key: "access", eq: "write" },
        ],
      },
    ],
    "old deploy first",
  ],
  [
    [
      { key: "access", eq: "read" },
      {
        or: [
          { key: "description", regex: { pattern: "build" } },
          { key: "created_by", exists: false },
        ],
      },
    ],
    "old second",
  ],
  [
    [{ and: [{ or: [{ and: [{ key: "revoked_at", exists: true }] }] }, { key: "access", eq: "read" }] }],
    "gone",
  ],
  [[{ or: [{ and: [{ key: "id", eq: "atok_0" }] }, { key: "access", eq: "write" }] }], "both deploy first"],
];

describe("a list gives the tokens that fulfil every condition:", () => {
  for (const [filters, names] of SCENARIOS) {
    test(
      filters
        .map((filter) => (typeof filter === "function" ? String(filter) : JSON.stringify(filter)))
        .join(" and ") || "none",
      async () => {
        const made = filters.map((filter) => (typeof filter === "function" ? filter() : filter));
        expect((await tokens.names({ filters: made })).join(" ")).toBe(names);
        if (made.length === 0) return;
        const read = { or: [{ and: made }, NOTHING_BY_PATTERN] };
        expect((await tokens.names({ filters: [read] })).join(" ")).toBe(names);
      },
    );
  }

  test("no filters at all is the same as an empty list of them", async () => {
    expect((await tokens.names({})).join(" ")).toBe(NOT_REVOKED);
  });

  test("a read token sees the same", async () => {
    const body = { filters: [{ key: "id", exists: true }] };
    const seen = (await api.call("api-token/list", body, api.read)).json;
    expect(seen).toStrictEqual((await api.call("api-token/list", body)).json);
    expect(tokens.namesIn(seen).join(" ")).toBe(ALL);
  });

  test("each as get gives it", async () => {
    const { data } = (await api.call("api-token/list", { filters: [{ key: "id", exists: true }] })).json;
    for (const resource of data)
      expect(resource).toStrictEqual((await api.call("api-token/get", { id: resource.id })).json);
  });

  test("by the status of the moment", async () => {
    const expired = { filters: [{ key: "status", eq: "expired" }] };
    api.nowMs += 3_500_000;
    expect((await tokens.names(expired)).join(" ")).toBe("old deploy");
    api.nowMs -= 3_500_000;
    expect((await tokens.names(expired)).join(" ")).toBe("old");
  });
});
