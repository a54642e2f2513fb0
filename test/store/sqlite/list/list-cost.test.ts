import type { SQLQueryBindings } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { AUDIT_EVENT_TABLE } from "../../../../src/store/sqlite/audit-event-row.ts";
import {
  accessPath,
  isShort,
  LIST_LIMITS,
  type ListLimits,
} from "../../../../src/store/sqlite/list/list-cost.ts";
import { ListReader } from "../../../../src/store/sqlite/list/list-reader.ts";
import type { ListTable } from "../../../../src/store/sqlite/list/list-sql.ts";
import type { RowReader } from "../../../../src/store/sqlite/list/scan.ts";
import { TOKEN_TABLE } from "../../../../src/store/sqlite/token-row.ts";
import {
  type Condition,
  DIRECTIONS,
  type Identified,
  type Sort,
  sortKeys,
} from "../../../../src/tokens/listing/listing.ts";
import { TOKEN_LISTING } from "../../../../src/tokens/listing/token-listing.ts";
import { TestStore } from "../../../support/store/store.ts";

const NOT_REVOKED: Condition = { op: "exists", key: "revoked_at", value: false };
const OF_ID: Condition = { op: "eq", key: "id", value: "atok_1" };
const FOR_WIKI: Condition = { op: "eq", key: "audiences", value: "wiki" };
const REUSED: Condition = { op: "exists", key: "reused_at", value: true };
const MATCHING: Condition = {
  op: "regex",
  key: "description",
  pattern: { source: "", caseInsensitive: false, size: 1, matches: () => true },
};
const TO_ONE: Condition = { op: "eq", key: "target", value: "atok_1" };
const TO_TWO: Condition = { op: "in", key: "target", values: ["atok_1", "atok_2"] };
const BY_NOBODY: Condition = { op: "exists", key: "actor", value: false };

const all = (...conditions: readonly Condition[]): Condition => ({ op: "and", conditions });
const either = (...conditions: readonly Condition[]): Condition => ({ op: "or", conditions });

function ids(count: number): Condition {
  return { op: "in", key: "id", values: Array.from({ length: count }, (_, index) => `atok_${index}`) };
}

const BY_ID: Sort = { key: "id", direction: "desc" };
const BY_TIME: Sort = { key: "created_at", direction: "desc" };

const TOKEN_LISTS: readonly (readonly [isShort: boolean, Condition, Sort?, skip?: number])[] = [
  [true, all(NOT_REVOKED)],
  [true, all()],
  [true, all(OF_ID, either(FOR_WIKI)), BY_TIME],
  [false, all(NOT_REVOKED), BY_TIME],
  [false, all(NOT_REVOKED, MATCHING)],
  [false, all(OF_ID, MATCHING), BY_TIME],
  [false, all(ids(2), either(FOR_WIKI, all(MATCHING)))],
  [false, all(FOR_WIKI)],
  [false, all(either(NOT_REVOKED, OF_ID))],
  [false, all(either())],
  [false, all({ op: "nin", key: "id", values: ["atok_1"] })],
  [false, all(REUSED)],
  [false, all({ op: "exists", key: "revoked_at", value: true })],
  [false, all(NOT_REVOKED), BY_ID, 1001],
];

test.each(TOKEN_LISTS)("is short: %p, for tokens of %j", (short, condition, sort = BY_ID, skip = 0) => {
  expect(isShort(accessPath(condition, sort.key === "id", TOKEN_TABLE), skip)).toBe(short);
});

test.each([100, 101])("a list of %d ids is short where these are 100 at most", (count) => {
  expect(isShort(accessPath(all(all(ids(count))), true, TOKEN_TABLE), 0)).toBe(count === 100);
});

test.each<[isShort: boolean, Condition]>([
  [true, all()],
  [true, all(TO_ONE)],
  [true, all(BY_NOBODY)],
  [false, all(TO_TWO)],
  [false, all(TO_ONE, BY_NOBODY)],
  [false, all({ op: "exists", key: "actor", value: true })],
])("is short: %p, for audit events of %j", (short, condition) => {
  expect(isShort(accessPath(condition, true, AUDIT_EVENT_TABLE), 0)).toBe(short);
});

/** The steps by which SQLite finds the rows of a page, a line for each statement. */
async function plans<Row extends Identified, Stored>(
  table: ListTable<Row, Stored>,
  condition: Condition,
  sorts: readonly Sort[],
  limits: ListLimits,
): Promise<readonly string[]> {
  using context = new TestStore();
  const database = context.connect();
  const found: string[] = [];
  const reader: RowReader = {
    each: async ({ sql, values }) => {
      const steps = database.query<{ detail: string }, SQLQueryBindings[]>(`EXPLAIN QUERY PLAN ${sql}`);
      const details = steps.all(...values).map(({ detail }) => detail);
      found.push(details.filter((detail) => !/json_each|LIST SUBQUERY|BLOOM/.test(detail)).join("; "));
    },
  };
  const query = { condition, sorts, after: null, skip: 0, limit: 51, now: 0 };
  await new ListReader(reader, table, query, limits).rows();
  return found;
}

const SORTED_AT_ONCE = "USE TEMP B-TREE FOR ORDER BY";

/** With these, a list is read as if each condition found many rows. */
const NONE: ListLimits = { sorted: -1, sortedInIndex: -1, firstRows: 1, shortSkip: 1000 };

describe("a page of a large list needs no sorting:", () => {
  const status = (value: string): Condition => ({ op: "eq", key: "status", value });
  const sortedBy = (key: string) => DIRECTIONS.map((direction): readonly Sort[] => [{ key, direction }]);
  const KEYS = sortKeys(TOKEN_LISTING).filter((key) => key !== "id");
  const CONDITIONS = [all(), all(NOT_REVOKED), all(status("active")), all(NOT_REVOKED, FOR_WIKI)];

  test.each(KEYS.flatMap(sortedBy))("sorted by %j", async (sort) => {
    for (const condition of CONDITIONS) {
      const found = await plans(TOKEN_TABLE, condition, [sort], NONE);
      expect(found.join("\n")).not.toContain(SORTED_AT_ONCE);
      if (condition !== CONDITIONS[0]) expect(found.join("\n")).not.toMatch(/SCAN token(?! USING)/);
    }
  });

  /** Conditions and the last step by which SQLite finds their newest rows. */
  const NEWEST: readonly (readonly [Condition, string])[] = [
    [all(), "SCAN token"],
    [all(NOT_REVOKED), "SCAN token USING INDEX token_not_revoked"],
    [all(status("active")), "SCAN token USING INDEX token_not_revoked"],
    [all(status("expired")), "SCAN token USING INDEX token_not_revoked"],
    [all(status("revoked")), "SCAN token"],
    [all(OF_ID), "SEARCH token USING INDEX token_id (id=?)"],
    [
      all(NOT_REVOKED, { op: "exists", key: "last_used_at", value: false }),
      "SEARCH token USING INDEX token_last_used_at (last_used_at=?)",
    ],
    [
      all(NOT_REVOKED, { op: "eq", key: "access", value: "read" }),
      "SEARCH token USING INDEX token_access (access=?)",
    ],
    [
      all(NOT_REVOKED, { op: "eq", key: "description", value: "a" }),
      "SEARCH token USING INDEX token_description (description=?)",
    ],
    [
      all({ op: "eq", key: "verifies", value: "true" }),
      "SEARCH token USING INDEX token_verifies (verifies=?)",
    ],
    [
      all(NOT_REVOKED, FOR_WIKI),
      "SEARCH listed USING PRIMARY KEY (audience=?); SEARCH token USING INTEGER PRIMARY KEY (rowid=?)",
    ],
  ];
  test.each(NEWEST)("the newest of %j", async (condition, steps) => {
    expect((await plans(TOKEN_TABLE, condition, [BY_ID], NONE)).at(-1)).toStartWith(steps);
  });

  test.each([
    [all(), "SCAN audit_event"],
    [all(TO_ONE), "SEARCH audit_event USING INDEX audit_event_target (target=?)"],
    [all(BY_NOBODY), "SEARCH audit_event USING INDEX audit_event_actor (actor=?)"],
  ])("the newest events of %j", async (condition, steps) => {
    expect((await plans(AUDIT_EVENT_TABLE, condition, [BY_ID], NONE)).at(-1)).toBe(steps);
  });
});

test.each<[Condition, string]>([
  [
    all(NOT_REVOKED, { op: "lt", key: "expires_at", value: 9 }, { op: "gt", key: "expires_at", value: 5 }),
    "token_expires_at (expires_at>? AND expires_at<?)",
  ],
  [all(REUSED), "token_reused_at (reused_at>?)"],
  [all(NOT_REVOKED, { op: "eq", key: "created_by", value: "atok_1" }), "token_created_by (created_by=?)"],
  [all({ op: "eq", key: "status", value: "revoked" }), "token_revoked_at"],
])("a list of few rows is found by them: %j", async (condition, index) => {
  expect((await plans(TOKEN_TABLE, condition, [BY_TIME], LIST_LIMITS)).at(-1)).toContain(index);
});

test("a list that begins with the greatest value passes over no other values outside its bounds", async () => {
  const bounded = all({ op: "gt", key: "expires_at", value: 5 }, { op: "lt", key: "expires_at", value: 9 });
  const found = await plans(TOKEN_TABLE, bounded, [{ key: "expires_at", direction: "desc" }], NONE);
  const searches = found.at(-1)?.match(/SEARCH token USING [^;]*/g) ?? [];
  expect(searches.slice(0, 2)).toEqual(
    Array(2).fill("SEARCH token USING COVERING INDEX token_expires_at (expires_at>? AND expires_at<?)"),
  );
});

test("a search in descriptions reads one index, and no row that does not match", async () => {
  const found = await plans(TOKEN_TABLE, all(NOT_REVOKED, MATCHING), [BY_TIME], LIST_LIMITS);
  expect(found[0]).toMatch(/^(SCAN|SEARCH) token USING COVERING INDEX token_description/);
});
