import type { SQLQueryBindings } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { indexedPart, isCostly } from "../../src/store/list-cost.ts";
import { pageSelection } from "../../src/store/list-sql.ts";
import { TOKEN_TABLE } from "../../src/store/token-row.ts";
import type { Condition, ListQuery } from "../../src/tokens/listing.ts";
import { compilePattern, type Pattern } from "../../src/tokens/pattern.ts";
import { TestStore } from "../support/store.ts";

const EXISTS: Condition = { op: "exists", key: "revoked_at", value: false };
const OF_ID: Condition = { op: "eq", key: "id", value: "atok_1" };
const FOR_WIKI: Condition = { op: "eq", key: "audiences", value: "wiki" };
const REUSED: Condition = { op: "exists", key: "reused_at", value: true };
const MATCHING: Condition = { op: "regex", key: "description", pattern: pattern("a") };

function pattern(source: string): Pattern {
  const compiled = compilePattern(source, false);
  if (typeof compiled === "string") throw new Error(compiled);
  return compiled;
}

function times(count: number, condition: Condition): readonly Condition[] {
  return Array.from({ length: count }, () => condition);
}

test.each<[what: string, condition: Condition, costly: boolean]>([
  ["one comparison", EXISTS, false],
  ["six, however deep", { op: "or", conditions: [{ op: "and", conditions: times(6, EXISTS) }] }, false],
  ["seven", { op: "and", conditions: times(7, EXISTS) }, true],
  ["a pattern", { op: "and", conditions: [{ op: "or", conditions: [MATCHING] }] }, true],
  ["a list of values", FOR_WIKI, true],
  ["what has no index", { op: "eq", key: "access", value: "read" }, true],
  ["what has one for something else", { op: "exists", key: "revoked_at", value: true }, true],
  ["few tokens, which are sorted once they are found", REUSED, true],
  ["all ids but one", { op: "nin", key: "id", values: ["atok_1"] }, true],
])("%s", (_, condition, costly) => {
  expect(isCostly(condition, TOKEN_TABLE.isIndexed)).toBe(costly);
});

test("of a costly condition SQL gets what has an index, and never more than a few", () => {
  const either: Condition = { op: "or", conditions: [OF_ID, EXISTS] };
  const condition: Condition = {
    op: "and",
    conditions: [MATCHING, FOR_WIKI, either, OF_ID, ...times(9, EXISTS)],
  };
  expect(indexedPart(condition, TOKEN_TABLE)).toEqual({
    op: "and",
    conditions: [OF_ID, ...times(5, EXISTS)],
  });
  expect(indexedPart({ op: "or", conditions: [OF_ID] }, TOKEN_TABLE)).toEqual({
    op: "and",
    conditions: [],
  });
  expect(indexedPart(FOR_WIKI, TOKEN_TABLE)).toEqual({ op: "and", conditions: [] });
});

test.each<[order: string, key: string, plan: string]>([
  [
    "by ids, tokens that are not revoked are found by their index",
    "id",
    "SCAN token USING INDEX token_not_revoked",
  ],
  ["by anything else, every token is read as it lies", "description", "SCAN token"],
])("in order %s", (_, key, plan) => {
  using context = new TestStore();
  const query: ListQuery = {
    condition: EXISTS,
    sorts: [{ key, direction: "asc" }],
    after: null,
    skip: 0,
    limit: 10,
    now: 0,
  };
  const { sql, values } = pageSelection(TOKEN_TABLE, query);
  const rows = context.connect().query<{ detail: string }, SQLQueryBindings[]>(`EXPLAIN QUERY PLAN ${sql}`);
  expect(rows.all(...values)[0]?.detail).toBe(plan);
});

describe("tokens whose secret was shown after their end are found by their index", () => {
  const reused = (part: object): Condition => ({ key: "reused_at", ...part }) as Condition;
  const KINDS = [
    REUSED,
    reused({ op: "eq", value: 5 }),
    reused({ op: "in", values: [5, 6] }),
    reused({ op: "gt", value: 5 }),
    reused({ op: "lt", value: 5 }),
    { op: "and", conditions: [EXISTS, MATCHING, ...times(9, EXISTS), REUSED] },
  ] as const;
  const SORTS = ["id", "reused_at", "description"].flatMap((key) =>
    (["asc", "desc"] as const).map((direction) => ({ key, direction })),
  );

  test.each(KINDS.flatMap((condition) => SORTS.map((sort) => [condition, sort] as const)))(
    "%j in order of %j",
    (condition, sort) => {
      using context = new TestStore();
      const found = indexedPart(condition, TOKEN_TABLE);
      for (const after of [null, sort.key === "id" ? ["atok_1"] : [5, "atok_1"]]) {
        const query = { condition: found, sorts: [sort], after, skip: 0, limit: 10, now: 0 };
        const { sql, values } = pageSelection(TOKEN_TABLE, query);
        const rows = context
          .connect()
          .query<{ detail: string }, SQLQueryBindings[]>(`EXPLAIN QUERY PLAN ${sql}`);
        expect(rows.all(...values)[0]?.detail).toStartWith("SEARCH token USING INDEX token_reused ");
      }
    },
  );

  test.each<[string, Condition]>([
    ["those of the others", { op: "exists", key: "reused_at", value: false }],
    ["all times but one", { op: "nin", key: "reused_at", values: [5] }],
    ["those or others", { op: "or", conditions: [REUSED, EXISTS] }],
  ])("but not %s", (_, condition) => {
    expect(indexedPart(condition, TOKEN_TABLE)).toEqual({ op: "and", conditions: [] });
  });
});
