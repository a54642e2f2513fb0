import { expect, setDefaultTimeout, test } from "bun:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Condition } from "../../../src/tokens/listing/listing.ts";
import { compilePattern } from "../../../src/tokens/listing/pattern.ts";
import type { ScanCaller } from "../../../src/tokens/listing/scan-caller.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { evenTime } from "../../support/clock.ts";
import { tokenOf } from "../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { EVERYTHING, outcomeOf, TestStore } from "../../support/store/store.ts";
import { turnsUntil } from "../../support/store/turns.ts";
import { useStore } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const COUNT = 20_000;

const context = useStore(largeStore);

/** A store of so many tokens that a search for a pattern takes a while. */
function largeStore(): TestStore {
  const context = new TestStore();
  const tokens = Array.from({ length: COUNT }, (_, number) =>
    tokenOf(`atok_${String(number).padStart(20, "0")}`, {
      description: `${"x".repeat(200)} ${number}`,
      audiences: ["wiki"],
    }),
  );
  context.hold(tokens);
  return context;
}

function named(source: string): Condition {
  const pattern = compilePattern(source, false);
  if (typeof pattern === "string") throw new Error(pattern);
  return { op: "regex", key: "description", pattern };
}

/** Fulfilled by every description, and counts how many it is asked about. */
class CountingPattern {
  asked = 0;

  get condition(): Condition {
    const matches = () => {
      this.asked += 1;
      return true;
    };
    return {
      op: "regex",
      key: "description",
      pattern: { source: "", caseInsensitive: false, size: 1, matches },
    };
  }
}

test("a search lets others have their turn, and is about one moment of the store", async () => {
  using _ = evenTime();
  let isDone = false;
  const search = context.tokens
    .list({ ...EVERYTHING, conditions: [named(" 1?9999$")], sorts: [{ key: "id", direction: "asc" }] })
    .finally(() => {
      isDone = true;
    });
  const created = await context.create({ description: "another 9999" });
  expect((await context.tokens.authenticate(created.secret)).token?.id).toBe(created.token.id);
  expect(isDone).toBe(false);
  let turns = 0;
  for (; !isDone; turns += 1) await nextTurn();
  expect(turns).toBeGreaterThan(3);
  const { rows, cursor } = outcomeOf(await search);
  expect(rows.map(({ description }) => description?.slice(-5))).toEqual([" 9999", "19999"]);
  expect(cursor).toBeNull();
});

const CREATED: Condition = { op: "exists", key: "created_at", value: true };

test.each<[what: string, conditions: readonly Condition[]]>([
  ["what tokens are for", [{ op: "eq", key: "audiences", value: "git" }]],
  ["much at once", [...Array<Condition>(59).fill(CREATED), { op: "nin", key: "status", values: ["active"] }]],
])("a list by %s lets others have their turn", async (_, conditions) => {
  using _time = evenTime();
  const listing = context.tokens.list({ ...EVERYTHING, conditions });
  expect(await turnsUntil(listing)).toBeGreaterThan(3);
  expect(outcomeOf(await listing).rows).toEqual([]);
});

test("a search ends once its page is full", async () => {
  const pattern = new CountingPattern();
  const listing = { ...EVERYTHING, conditions: [pattern.condition], limit: 10, skip: 5 };
  const page = outcomeOf(await context.tokens.list(listing));
  expect(page.rows).toHaveLength(10);
  expect(page.cursor).not.toBeNull();
  expect(pattern.asked).toBe(5 + 10 + 1);
});

test("several searches at once come to their ends", async () => {
  const searches = [" 19999$", " 7$", "nothing"].map(async (source) => {
    const page = outcomeOf(await context.tokens.list({ ...EVERYTHING, conditions: [named(source)] }));
    return page.rows.length;
  });
  expect(await Promise.all(searches)).toEqual([1, 1, 0]);
});

test("a list may begin far behind in any order, and is sorted in no one piece", async () => {
  const sorts = [{ key: "description", direction: "desc" }] as const;
  const skip = 15_000;
  using _ = evenTime();
  const listing = context.tokens.list({ ...EVERYTHING, sorts, limit: 3, skip });
  expect(await turnsUntil(listing)).toBeGreaterThan(3);
  const { rows, cursor } = outcomeOf(await listing);
  const all = Array.from({ length: COUNT }, (_, number) => String(number))
    .sort()
    .reverse();
  const end = (descriptions: readonly (string | null)[]) =>
    descriptions.map((text) => text?.split(" ")[1] ?? "");
  expect(end(rows.map(({ description }) => description))).toEqual(all.slice(skip, skip + 3));
  const next = outcomeOf(await context.tokens.list({ ...EVERYTHING, sorts, limit: 3, cursor }));
  expect(end(next.rows.map(({ description }) => description))).toEqual(all.slice(skip + 3, skip + 6));
  const beyond = outcomeOf(await context.tokens.list({ ...EVERYTHING, sorts, skip: COUNT }));
  expect(beyond).toEqual({ rows: [], cursor: null });
});

test("a summary and a long usage report let others have their turn", async () => {
  using _ = evenTime();
  const ids = ["atok_00000000000000000001"];
  for (const read of [
    () => context.tokens.summary(),
    () => context.usage.report({ bucket: "hour", ids, from: null, to: null }),
  ]) {
    let isDone = false;
    const reading = Promise.resolve(read()).finally(() => {
      isDone = true;
    });
    await nextTurn();
    expect(isDone).toBe(false);
    await reading;
  }
});

test("every long read ends when nobody waits for it", async () => {
  const ids = ["atok_00000000000000000001"];
  const period = { bucket: "hour", from: null, to: null } as const;
  const conditions = [named("x")];
  for (const read of [
    (caller: ScanCaller) => context.tokens.list({ ...EVERYTHING, conditions }, caller),
    (caller: ScanCaller) => context.auditTrail.list({ ...EVERYTHING, skip: 2000 }, caller),
    (caller: ScanCaller) => context.tokens.summary(caller),
    (caller: ScanCaller) => context.usage.report({ ...period, ids }, caller),
  ])
    await expect(read({ token: "atok_1", signal: AbortSignal.abort() })).rejects.toMatchObject({
      reason: "abandoned",
    });
});

test("stopping ends long reads, and nothing else", async () => {
  const { token, secret } = await context.create();
  const search = context.tokens.list({ ...EVERYTHING, conditions: [named("nothing")] });
  context.store.stopScans();
  await expect(search).rejects.toMatchObject({ reason: "closing" });
  await expect(context.tokens.summary()).rejects.toBeInstanceOf(StoreUnavailable);
  expect((await context.tokens.authenticate(secret)).token?.id).toBe(token.id);
  expect(outcomeOf(await context.tokens.list({ ...EVERYTHING, limit: 1 })).rows).toHaveLength(1);
});
