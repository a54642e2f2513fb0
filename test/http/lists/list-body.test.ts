import { test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectIssues } from "../../support/http/failures.ts";
import { each, type Issue, testRefusals, UNKNOWN } from "../api/refused-bodies.ts";

const LIST = "api-token/list";

const api = useTestApi({ per: "file" });

const LIMIT: Issue = ["pagination.limit", "must be a whole number, 1 or more"];
const SKIP: Issue = ["pagination.skip", "must be a whole number from 0 to 1000000"];
const CURSOR: Issue = ["pagination.cursor", "must be a string or null"];
const OBJECT: Issue = ["pagination", "must be an object"];

testRefusals(api, LIST, [
  ...each([null, 5, "500", true, []], (pagination) => ({ pagination }), OBJECT),
  ...each([0, -1, 1.5, "5", null, [5], {}], (limit) => ({ pagination: { limit } }), LIMIT),
  ['{"pagination":{"limit":1e400}}', LIMIT],
  ...each([-1, 0.5, 1_000_001, 1e300, "0", null, []], (skip) => ({ pagination: { skip } }), SKIP),
  ...each([0, true, [], {}], (cursor) => ({ pagination: { cursor } }), CURSOR),
  [{ limit: 5, cursor: "x" }, ["limit", UNKNOWN], ["cursor", UNKNOWN]],
  [
    { pagination: { limit: 0, skip: -1, cursor: 5, offset: 1 } },
    LIMIT,
    SKIP,
    CURSOR,
    ["pagination.offset", UNKNOWN],
  ],
  ['{"pagination":{"__proto__":{"limit":1}}}', ["pagination.__proto__", UNKNOWN]],
]);

const SORTS: Issue = ["sorts", 'must be a list of {"key", "direction"}, each key at most once'];
const SORT_KEYS =
  "must be one of id, access, description, created_at, expires_at, revoked_at, last_used_at, replaced_by, reused_at";
const SORT_KEY: Issue = ["sorts[0].key", SORT_KEYS];
const NO_SORT_KEY: Issue = ["sorts[0].key", "is required"];
const DIRECTION: Issue = ["sorts[0].direction", 'must be "asc" or "desc"'];
const REPEATED: Issue = ["sorts", "must name each key only once"];

testRefusals(api, LIST, [
  ...each([null, 5, "id", {}, { key: "id" }], (sorts) => ({ sorts }), SORTS),
  ...each([{}, { direction: "asc" }], (sort) => ({ sorts: [sort] }), NO_SORT_KEY),
  ...each(["status", "created_by", "audiences", "hint", "digest"], (key) => ({ sorts: [{ key }] }), SORT_KEY),
  ...each(["ID", "", "id desc", "constructor", null, 0, ["id"]], (key) => ({ sorts: [{ key }] }), SORT_KEY),
  ...each(["ASC", "", null, 1], (direction) => ({ sorts: [{ key: "id", direction }] }), DIRECTION),
  [{ sorts: [{ key: "id", nulls: "first" }] }, ["sorts[0].nulls", UNKNOWN]],
  [{ sorts: [{ key: "id" }, { key: "id" }] }, REPEATED],
  [{ sorts: [{ key: "id" }, { key: "access" }, { key: "id", direction: "desc" }] }, REPEATED],
  [{ sorts: [{ key: "x", direction: "y" }] }, SORT_KEY, DIRECTION],
  [{ sort: [{ key: "id" }] }, ["sort", UNKNOWN]],
]);

const FILTERS: Issue = ["filters", "must be a list of conditions"];
const FILTER: Issue = ["filters[0]", "must be an object"];
const FILTER_KEYS = `${SORT_KEYS}, status, created_by, audiences, verifies`;
const FILTER_KEY: Issue = ["filters[0].key", FILTER_KEYS];
const ONE_OPERATOR: Issue = [
  "filters[0]",
  "must have exactly one operator, of eq, in, nin, exists, regex, lt, gt",
];
const FILLED = "must be a list of at least one condition";
const ANY = { key: "id", exists: true };

const filtered = (filter: unknown) => ({ filters: [filter] });
const byKey = (key: unknown) => filtered({ key, eq: "read" });
const byAccess = (more: object) => filtered({ key: "access", ...more });

testRefusals(api, LIST, [
  ...each([null, 5, "active", {}, ANY], (filters) => ({ filters }), FILTERS),
  ...each([null, 5, "active", [], true], filtered, FILTER),
  [filtered({}), ONE_OPERATOR, FILTER_KEY],
  ...each([{}, { eq: "read", nin: ["write"] }], byAccess, ONE_OPERATOR),
  ...each(["token", "digest", "hint", "Access", "access ", ""], byKey, FILTER_KEY),
  ...each(["__proto__", "constructor", null, 5, ["access"], undefined], byKey, FILTER_KEY),
  ...["EQ", "ne", "like", "lte", "constructor"].map(
    (operator) =>
      [byAccess({ [operator]: "read" }), [`filters[0].${operator}`, UNKNOWN], ONE_OPERATOR] as const,
  ),
  [byAccess({ eq: "read", colour: 1 }), ["filters[0].colour", UNKNOWN]],
  ['{"filters":[{"key":"access","eq":"read","__proto__":{}}]}', ["filters[0].__proto__", UNKNOWN]],
  ...each([[], {}, null, "x"], (and) => filtered({ and }), ["filters[0].and", FILLED]),
  ...each([[], {}, null, "x"], (or) => filtered({ or }), ["filters[0].or", FILLED]),
  [filtered({ and: [ANY], key: "id" }), ["filters[0].key", UNKNOWN]],
  [filtered({ and: [ANY], or: [ANY] }), ["filters[0].or", UNKNOWN]],
  [filtered({ not: ANY }), ["filters[0].not", UNKNOWN], ONE_OPERATOR, FILTER_KEY],
  [
    { filters: [ANY, { or: [{ key: "access", eq: "read" }, { and: [{ key: "x", eq: 1 }] }] }] },
    ["filters[1].or[1].and[0].key", FILTER_KEYS],
  ],
  [{ filter: [] }, ["filter", UNKNOWN]],
]);

testRefusals(api, LIST, [
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
    FILTER_KEY,
    ["filters[1].eq", 'must be "read" or "write"'],
    ["filters[2].or", FILLED],
  ],
  [{ filters: 5, sorts: 5, pagination: 5 }, FILTERS, SORTS, OBJECT],
]);

test("a list in the place of an object has one issue, however long it is", async () => {
  const long = Array(30_000).fill(1);
  const pagination = { path: "pagination", message: "must be an object" };
  const sortAt = (index: number) => ({ path: `sorts[${index}]`, message: 'must be {"key", "direction"}' });
  for (const list of [LIST, "audit-event/list"]) {
    expectIssues(await api.call(list, { pagination: long }), [pagination]);
    expectIssues(await api.call(list, { sorts: [{ key: "id" }, long] }), [sortAt(1)]);
    expectIssues(await api.call(list, { pagination: [], sorts: [[]] }), [pagination, sortAt(0)]);
  }
});
