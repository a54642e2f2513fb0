import type { SQLQueryBindings } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { AUDIT_EVENT_TABLE } from "../../../../src/store/sqlite/audit-event-row.ts";
import { accessPath, isShort } from "../../../../src/store/sqlite/list/list-cost.ts";
import { type ListTable, selection } from "../../../../src/store/sqlite/list/list-sql.ts";
import { TOKEN_TABLE } from "../../../../src/store/sqlite/token-row.ts";
import { ListOrder } from "../../../../src/tokens/listing/list-order.ts";
import type { Condition, Identified, Position, Sort } from "../../../../src/tokens/listing/listing.ts";
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

/** The steps by which SQLite finds the rows, without the name of the table. */
function plan<Row extends Identified, Stored>(
  table: ListTable<Row, Stored>,
  condition: Condition,
  sort: Sort,
  after: Position | null,
): readonly string[] {
  using context = new TestStore();
  const path = accessPath(condition, sort.key === "id", table);
  const { sql, values } = selection(table, path, new ListOrder(table.resource, [sort]), after);
  const rows = context.connect().query<{ detail: string }, SQLQueryBindings[]>(`EXPLAIN QUERY PLAN ${sql}`);
  return rows
    .all(...values)
    .map(({ detail }) => detail.replace(` ${table.table}`, ""))
    .filter((detail) => !/json_each|LIST SUBQUERY|BLOOM/.test(detail));
}

describe("SQLite finds each row without a long search, and sorts nothing:", () => {
  const reused = (part: object): Condition => ({ key: "reused_at", ...part }) as Condition;
  const BY_ID_UP: Sort = { key: "id", direction: "asc" };
  const BY_AT: Sort = { key: "at", direction: "asc" };
  const ONE_TARGET = "SEARCH USING INDEX audit_event_target (target=?)";
  const NO_ACTOR = "SEARCH USING INDEX audit_event_actor (actor=?)";
  const NOT_REVOKED_INDEX = "USING INDEX token_not_revoked";
  const OF_IDS = "SEARCH USING INDEX sqlite_autoindex_token_2 (id=?)";
  const REUSED_AFTER = "SEARCH USING INDEX token_reused (reused_at>?)";
  const REUSED_AT = "SEARCH USING INDEX token_reused (reused_at=?)";

  /** The plan of the first page, and of a later one where that differs. */
  type Plan = readonly [Condition, Sort, first: string, later?: string];
  const TOKENS: readonly Plan[] = [
    [all(), BY_ID, "SCAN USING INDEX sqlite_autoindex_token_2", OF_IDS.replace("=", "<")],
    [all(NOT_REVOKED, MATCHING), BY_ID, `SCAN ${NOT_REVOKED_INDEX}`, `SEARCH ${NOT_REVOKED_INDEX} (id<?)`],
    [all(NOT_REVOKED), BY_ID_UP, `SCAN ${NOT_REVOKED_INDEX}`, `SEARCH ${NOT_REVOKED_INDEX} (id>?)`],
    [all(NOT_REVOKED), BY_TIME, "SCAN"],
    [either(OF_ID, REUSED), BY_TIME, "SCAN"],
    [all(MATCHING, OF_ID), BY_ID, OF_IDS],
    [all(ids(3)), BY_TIME, OF_IDS],
    [REUSED, BY_ID, REUSED_AFTER],
    [reused({ op: "gt", value: 5 }), BY_ID, REUSED_AFTER],
    [reused({ op: "lt", value: 5 }), BY_ID, REUSED_AFTER.replace(">", "<")],
    [all(NOT_REVOKED, reused({ op: "eq", value: 5 })), BY_TIME, REUSED_AT],
    [all(NOT_REVOKED, reused({ op: "in", values: [5, 6] })), BY_TIME, REUSED_AT],
  ];
  const EVENTS: readonly Plan[] = [
    [all(), BY_ID, "SCAN", "SEARCH USING PRIMARY KEY (id<?)"],
    [all(), BY_AT, "SCAN"],
    [all(TO_ONE), BY_ID, ONE_TARGET, ONE_TARGET.replace("?", "? AND id<?")],
    [all(TO_ONE), BY_ID_UP, ONE_TARGET, ONE_TARGET.replace("?", "? AND id>?")],
    [all(TO_ONE, { ...MATCHING, key: "id" }), BY_ID, ONE_TARGET, ONE_TARGET.replace("?", "? AND id<?")],
    [{ op: "eq", key: "actor", value: "atok_1" }, BY_ID, NO_ACTOR, NO_ACTOR.replace("?", "? AND id<?")],
    [all(BY_NOBODY), BY_ID, NO_ACTOR, NO_ACTOR.replace("?", "? AND id<?")],
    [all(BY_NOBODY, TO_ONE), BY_AT, NO_ACTOR],
    [all(TO_TWO), BY_ID, ONE_TARGET],
  ];
  test.each(TOKENS)("tokens of %j by %j", (condition, sort, first, later = first) => {
    expect(plan(TOKEN_TABLE, condition, sort, null)).toEqual([first]);
    expect(plan(TOKEN_TABLE, condition, sort, ["atok_1"])).toEqual([later]);
  });
  test.each(EVENTS)("events of %j by %j", (condition, sort, first, later = first) => {
    expect(plan(AUDIT_EVENT_TABLE, condition, sort, null)).toEqual([first]);
    expect(plan(AUDIT_EVENT_TABLE, condition, sort, ["aevt_1"])).toEqual([later]);
  });
});
