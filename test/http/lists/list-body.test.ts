import { describe, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { type ExpectedIssue, expectIssues } from "../../support/http/failures.ts";

const api = useTestApi({ per: "file" });

type Refused = readonly (readonly [
  body: unknown,
  ...issues: readonly (readonly [path: string, message: string])[],
])[];

function refuses(title: string, refused: Refused): void {
  describe(title, () => {
    for (const [body, ...issues] of refused) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      test(text.length > 120 ? `${text.slice(0, 120)}… (${text.length})` : text, async () => {
        const expected: readonly ExpectedIssue[] = issues.map(([path, message]) => ({ path, message }));
        expectIssues(await api.call("api-token/list", body), expected);
      });
    }
  });
}

const UNKNOWN = "is not a known parameter";
const LIMIT = ["pagination.limit", "must be a whole number, 1 or more"] as const;
const SKIP = ["pagination.skip", "must be a whole number from 0 to 1000000"] as const;
const CURSOR = ["pagination.cursor", "must be a string or null"] as const;
const OBJECT = ["pagination", "must be an object"] as const;

refuses("pagination that cannot be:", [
  ...[null, 5, "500", true, []].map((pagination) => [{ pagination }, OBJECT] as const),
  ...[0, -1, 1.5, "5", null, true, [5], {}].map((limit) => [{ pagination: { limit } }, LIMIT] as const),
  ['{"pagination":{"limit":1e400}}', LIMIT],
  ...[-1, 0.5, 1_000_001, 1e300, "0", null, []].map((skip) => [{ pagination: { skip } }, SKIP] as const),
  ...[0, true, [], {}].map((cursor) => [{ pagination: { cursor } }, CURSOR] as const),
  [{ pagination: { page: 2 } }, ["pagination.page", UNKNOWN]],
  [{ limit: 5 }, ["limit", UNKNOWN]],
  [{ cursor: "x" }, ["cursor", UNKNOWN]],
  [
    { pagination: { limit: 0, skip: -1, cursor: 5, offset: 1 } },
    LIMIT,
    SKIP,
    CURSOR,
    ["pagination.offset", UNKNOWN],
  ],
  ['{"pagination":{"__proto__":{"limit":1}}}', ["pagination.__proto__", UNKNOWN]],
]);

const SORTS = ["sorts", 'must be a list of {"key", "direction"}, each key at most once'] as const;
const SORT_KEYS =
  "must be one of id, access, description, created_at, expires_at, revoked_at, last_used_at, replaced_by, reused_at";
const SORT_KEY = ["sorts[0].key", SORT_KEYS] as const;
const DIRECTION = ["sorts[0].direction", 'must be "asc" or "desc"'] as const;
const REPEATED = ["sorts", "must name each key only once"] as const;

refuses("sorts that cannot be:", [
  ...[null, 5, "id", {}, { key: "id" }].map((sorts) => [{ sorts }, SORTS] as const),
  [{ sorts: [{}] }, ["sorts[0].key", "is required"]],
  [{ sorts: [{ direction: "asc" }] }, ["sorts[0].key", "is required"]],
  ...[
    "status",
    "created_by",
    "audiences",
    "hint",
    "digest",
    "ID",
    "",
    "id desc",
    "constructor",
    null,
    0,
    ["id"],
  ].map((key) => [{ sorts: [{ key }] }, SORT_KEY] as const),
  ...["ASC", "down", "", null, 1, true].map(
    (direction) => [{ sorts: [{ key: "id", direction }] }, DIRECTION] as const,
  ),
  [{ sorts: [{ key: "id", nulls: "first" }] }, ["sorts[0].nulls", UNKNOWN]],
  [{ sorts: [{ key: "id" }, { key: "id" }] }, REPEATED],
  [{ sorts: [{ key: "id" }, { key: "access" }, { key: "id", direction: "desc" }] }, REPEATED],
  [{ sorts: [{ key: "x", direction: "y" }] }, SORT_KEY, DIRECTION],
  [{ sort: [{ key: "id" }] }, ["sort", UNKNOWN]],
]);

const FILTER_KEYS = `${SORT_KEYS}, status, created_by, audiences, verifies`;
const ONE_OPERATOR = "must have exactly one operator, of eq, in, nin, exists, regex, lt, gt";
const FILLED = "must be a list of at least one condition";

refuses("filters that cannot be:", [
  ...[null, 5, "active", {}, { key: "access", eq: "read" }].map(
    (filters) => [{ filters }, ["filters", "must be a list of conditions"]] as const,
  ),
  ...[null, 5, "active", [], true].map(
    (filter) => [{ filters: [filter] }, ["filters[0]", "must be an object"]] as const,
  ),
  [{ filters: [{}] }, ["filters[0]", ONE_OPERATOR], ["filters[0].key", FILTER_KEYS]],
  [{ filters: [{ key: "access" }] }, ["filters[0]", ONE_OPERATOR]],
  [{ filters: [{ key: "access", eq: "read", nin: ["write"] }] }, ["filters[0]", ONE_OPERATOR]],
  ...[
    "token",
    "digest",
    "hint",
    "Access",
    "access ",
    "",
    "__proto__",
    "constructor",
    null,
    5,
    ["access"],
  ].map((key) => [{ filters: [{ key, eq: "read" }] }, ["filters[0].key", FILTER_KEYS]] as const),
  [{ filters: [{ eq: "read" }] }, ["filters[0].key", FILTER_KEYS]],
  ...["EQ", "ne", "like", "not", "lte", "constructor"].map(
    (operator) =>
      [
        { filters: [{ key: "access", [operator]: "read" }] },
        [`filters[0].${operator}`, UNKNOWN],
        ["filters[0]", ONE_OPERATOR],
      ] as const,
  ),
  [{ filters: [{ key: "access", eq: "read", colour: 1 }] }, ["filters[0].colour", UNKNOWN]],
  ['{"filters":[{"key":"access","eq":"read","__proto__":{}}]}', ["filters[0].__proto__", UNKNOWN]],
  ...[[], {}, null, "x"].map((and) => [{ filters: [{ and }] }, ["filters[0].and", FILLED]] as const),
  ...[[], {}, null, "x"].map((or) => [{ filters: [{ or }] }, ["filters[0].or", FILLED]] as const),
  [{ filters: [{ and: [{ key: "id", exists: true }], key: "id" }] }, ["filters[0].key", UNKNOWN]],
  [
    { filters: [{ and: [{ key: "id", exists: true }], or: [{ key: "id", exists: true }] }] },
    ["filters[0].or", UNKNOWN],
  ],
  [
    { filters: [{ not: { key: "id", exists: true } }] },
    ["filters[0].not", UNKNOWN],
    ["filters[0]", ONE_OPERATOR],
    ["filters[0].key", FILTER_KEYS],
  ],
  [
    {
      filters: [
        { key: "id", exists: true },
        { or: [{ key: "access", eq: "read" }, { and: [{ key: "x", eq: 1 }] }] },
      ],
    },
    ["filters[1].or[1].and[0].key", FILTER_KEYS],
  ],
  [{ filter: [] }, ["filter", UNKNOWN]],
]);

refuses("everything that is wrong, at once:", [
  [
    {
      page: 1,
      pagination: { limit: 0, size: 1 },
      sorts: [{ key: "status" }],
      filters: [{ key: "x", eq: 1 }, { key: "access", eq: "admin" }, { or: [] }],
    },
    ["page", UNKNOWN],
    LIMIT,
    ["pagination.size", UNKNOWN],
    SORT_KEY,
    ["filters[0].key", FILTER_KEYS],
    ["filters[1].eq", 'must be "read" or "write"'],
    ["filters[2].or", FILLED],
  ],
  [{ filters: 5, sorts: 5, pagination: 5 }, ["filters", "must be a list of conditions"], SORTS, OBJECT],
]);

describe("a list where an object belongs has one issue, however long it is", () => {
  const LONG = Array(30_000).fill(1);
  test.each([
    ["pagination", { pagination: LONG }, [{ path: "pagination", message: "must be an object" }]],
    [
      "a sort",
      { sorts: [{ key: "id" }, LONG] },
      [{ path: "sorts[1]", message: 'must be {"key", "direction"}' }],
    ],
    [
      "both",
      { pagination: [], sorts: [[]] },
      [
        { path: "pagination", message: "must be an object" },
        { path: "sorts[0]", message: 'must be {"key", "direction"}' },
      ],
    ],
  ])("%s", async (_, body, issues) => {
    expectIssues(await api.call("api-token/list", body), issues);
    expectIssues(await api.call("audit-event/list", body), issues);
  });
});
