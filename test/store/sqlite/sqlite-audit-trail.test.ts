import type { SQLQueryBindings } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AUDIT_EVENT_TABLE } from "../../../src/store/sqlite/audit-event-row.ts";
import { accessPath } from "../../../src/store/sqlite/list/list-cost.ts";
import { selection } from "../../../src/store/sqlite/list/list-sql.ts";
import type { AuditEvent } from "../../../src/tokens/audit/audit-event.ts";
import { ListOrder } from "../../../src/tokens/listing/list-order.ts";
import type { Condition, ListQuery, Sort } from "../../../src/tokens/listing/listing.ts";
import { compilePattern } from "../../../src/tokens/listing/pattern.ts";
import { evenTime } from "../../support/clock.ts";
import { CALLER, eventOf } from "../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { EVERYTHING, outcomeOf, TestStore } from "../../support/store/store.ts";
import { useStore } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const context = useStore();

const COUNT = 100_000;
const TARGETS = 1000;

/** As many changes as a busy store has after years, a hundred to each of a thousand tokens. */
function longTrail(): readonly AuditEvent[] {
  return Array.from({ length: COUNT }, (_, number) => ({
    ...eventOf(`atok_${number % TARGETS}`, `aevt_${String(number).padStart(22, "0")}`),
    actor: CALLER,
  }));
}

const OF_ONE: Condition = { op: "eq", key: "target", value: "atok_7" };

function query(values: Partial<ListQuery>): ListQuery {
  const newestFirst: readonly Sort[] = [{ key: "id", direction: "desc" }];
  return { condition: OF_ONE, sorts: newestFirst, after: null, skip: 0, limit: 100, now: 0, ...values };
}

function matching(source: string): Condition {
  const pattern = compilePattern(source, false);
  if (typeof pattern === "string") throw new Error(pattern);
  return { op: "regex", key: "id", pattern };
}

/** How SQLite goes about a query, a step a line. */
function plan(context: TestStore, asked: ListQuery): string {
  const order = new ListOrder(AUDIT_EVENT_TABLE.resource, asked.sorts);
  const path = accessPath(asked.condition, true, AUDIT_EVENT_TABLE);
  const { sql, values } = selection(AUDIT_EVENT_TABLE, path, order, asked.after);
  const rows = context
    .connect()
    .query<{ detail: string }, SQLQueryBindings[]>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...values);
  return rows.map(({ detail }) => detail).join("\n");
}

test("what one token did is found by an index too, in its order", () => {
  const condition: Condition = { op: "eq", key: "actor", value: "atok_1" };
  expect(plan(context, query({ condition }))).toBe(
    "SEARCH audit_event USING INDEX audit_event_actor (actor=?)",
  );
});

describe("the trail of one token", () => {
  const AFTER = ["aevt_0000000000000000050007", "aevt_0000000000000000050007"];
  const OLDEST_FIRST: readonly Sort[] = [{ key: "id", direction: "asc" }];
  const QUERIES: readonly (readonly [name: string, asked: Partial<ListQuery>, by: string])[] = [
    ["from the newest on", {}, "target=?"],
    ["behind a page", { after: AFTER }, "target=? AND id<?"],
    ["from the oldest on", { sorts: OLDEST_FIRST }, "target=?"],
    ["behind a page of the oldest", { sorts: OLDEST_FIRST, after: AFTER }, "target=? AND id>?"],
    [
      "with another condition",
      { condition: { op: "and", conditions: [OF_ONE, matching("7$")] } },
      "target=?",
    ],
  ];
  for (const [name, asked, by] of QUERIES) {
    test(`is found by the index, in its order, ${name}`, () => {
      using context = new TestStore();
      expect(plan(context, query(asked))).toBe(`SEARCH audit_event USING INDEX audit_event_target (${by})`);
    });
  }

  test("is no matter for a list of all, which begins where the page before it ended", () => {
    const all: Condition = { op: "and", conditions: [] };
    const asked = query({ condition: all, after: AFTER });
    expect(plan(context, asked)).toBe("SEARCH audit_event USING PRIMARY KEY (id<?)");
  });

  test("is read page by page among a hundred thousand events", async () => {
    context.holdEvents(longTrail());
    const listing = { ...EVERYTHING, conditions: [OF_ONE], limit: 60 };
    const first = outcomeOf(await context.auditTrail.list(listing));
    const second = outcomeOf(await context.auditTrail.list({ ...listing, cursor: first.cursor }));
    const ids = [...first.rows, ...second.rows].map(({ id }) => id);
    expect(ids).toHaveLength(100);
    expect(ids.toSorted().toReversed()).toEqual(ids);
    expect(second.cursor).toBeNull();
    expect(first.rows[0]).toEqual({ ...eventOf("atok_7", "aevt_0000000000000000099007"), actor: CALLER });
  });
});

test("a search by pattern lets others have their turn", async () => {
  context.holdEvents(longTrail());
  using _ = evenTime();
  let isDone = false;
  const search = context.auditTrail
    .list({ ...EVERYTHING, conditions: [matching("^aevt_0+7$")] })
    .finally(() => {
      isDone = true;
    });
  let turns = 0;
  for (; !isDone; turns += 1) await nextTurn();
  expect(turns).toBeGreaterThan(3);
  expect(outcomeOf(await search).rows.map(({ id }) => id)).toEqual(["aevt_0000000000000000000007"]);
});

test("a key that no event has is a fault, and never becomes SQL", async () => {
  for (const key of ["changes", "id; --", "__proto__", "constructor"]) {
    const conditions: readonly Condition[] = [{ op: "eq", key, value: "x" }];
    await expect(context.auditTrail.list({ ...EVERYTHING, conditions })).rejects.toThrow("no list of");
    const sorts: readonly Sort[] = [{ key, direction: "asc" }];
    await expect(context.auditTrail.list({ ...EVERYTHING, sorts })).rejects.toThrow("no list of");
  }
});
