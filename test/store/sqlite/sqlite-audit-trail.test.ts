import { expect, setDefaultTimeout, test } from "bun:test";
import type { AuditEvent } from "../../../src/tokens/audit/audit-event.ts";
import type { Condition, Sort } from "../../../src/tokens/listing/listing.ts";
import { compilePattern } from "../../../src/tokens/listing/pattern.ts";
import { evenTime } from "../../support/clock.ts";
import { CALLER, eventOf } from "../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { EVERYTHING, outcomeOf } from "../../support/store/store.ts";
import { turnsUntil } from "../../support/store/turns.ts";
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

function matching(source: string): Condition {
  const pattern = compilePattern(source, false);
  if (typeof pattern === "string") throw new Error(pattern);
  return { op: "regex", key: "id", pattern };
}

test("the trail of one token is read page by page among a hundred thousand events", async () => {
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

test("a search by pattern lets others have their turn", async () => {
  context.holdEvents(longTrail());
  using _ = evenTime();
  const search = context.auditTrail.list({ ...EVERYTHING, conditions: [matching("^aevt_0+7$")] });
  expect(await turnsUntil(search)).toBeGreaterThan(3);
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
