import { describe, expect, spyOn, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import type { Condition, Listing } from "../../../src/tokens/listing/listing.ts";
import { parseTime } from "../../../src/tokens/time.ts";
import type { Token } from "../../../src/tokens/token.ts";
import { EVERYTHING, outcomeOf } from "../../support/store/store.ts";
import { counters, reported, UnsteadyUsageStore } from "../../support/store/usage.ts";
import { useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore();

const MIDNIGHT = parseTime("2026-06-02T00:00:00Z") ?? 0;
const HOUR = 3600;
const DAY = 86_400;

/** Counts a use of a token, at that moment if one is given. */
function use(token: Token, outcome: "accepted" | "refused" = "accepted", at = context.clock.now): void {
  context.clock.set(at);
  context.usage.record(token, outcome);
}

async function bucketsOf(bucket: "hour" | "day", ids: readonly string[] | null = null) {
  return (await reported(context.usage, bucket, ids)).buckets;
}

/** The last use of a token in the store, and as a caller gets it. */
async function lastUses({ id }: Token): Promise<readonly (number | null | undefined)[]> {
  const stored = context.store.findById(id)?.lastUsedAt;
  return [stored, outcomeOf(await context.tokens.get(id)).lastUsedAt];
}

describe("uses are counted by hours and days of UTC", () => {
  test("at their borders too", async () => {
    const { token } = await context.create();
    for (const second of [-HOUR - 1, -HOUR, -1, 0, 1]) {
      context.clock.set(MIDNIGHT + second, 999);
      context.usage.record(token, "accepted");
    }
    context.usage.record(token, "refused");
    await context.usage.flush();
    expect(await bucketsOf("hour", [token.id])).toEqual([
      { start: MIDNIGHT - 2 * HOUR, accepted: 1, refused: 0 },
      { start: MIDNIGHT - HOUR, accepted: 2, refused: 0 },
      { start: MIDNIGHT, accepted: 2, refused: 1 },
    ]);
    expect(await bucketsOf("day", [token.id])).toEqual([
      { start: MIDNIGHT - DAY, accepted: 3, refused: 0 },
      { start: MIDNIGHT, accepted: 2, refused: 1 },
    ]);
  });

  test("of each token, of several and of all", async () => {
    const [first, second, third] = [await context.create(), await context.create(), await context.create()];
    use(first.token);
    use(second.token, "refused");
    use(second.token);
    use(third.token);
    await context.usage.flush();
    const start = context.clock.now - (context.clock.now % HOUR);
    const idle = await context.create();
    const ids = [second.token.id, idle.token.id, first.token.id];
    expect(await reported(context.usage, "hour", ids)).toEqual({
      period: { bucket: "hour", from: start - 839 * HOUR, to: start + HOUR },
      buckets: [{ start, accepted: 2, refused: 1 }],
      tokens: [
        { id: second.token.id, buckets: [{ start, accepted: 1, refused: 1 }] },
        { id: idle.token.id, buckets: [] },
        { id: first.token.id, buckets: [{ start, accepted: 1, refused: 0 }] },
      ],
    });
    const { buckets, tokens } = await reported(context.usage, "hour");
    expect([buckets, tokens]).toEqual([[{ start, accepted: 3, refused: 1 }], []]);
  });

  test("and added to the uses that are flushed, also by another process and after a restart", async () => {
    const { token } = await context.create();
    const other = context.usageOn(context.store.usage);
    for (const usage of [context.usage, other, context.usage]) {
      usage.record(token, "accepted");
      await usage.flush();
    }
    context.reopen();
    use(token);
    await context.usage.flush();
    expect(await bucketsOf("day")).toMatchObject([{ accepted: 4, refused: 0 }]);
  });

  test("until a flush in memory alone, and reported all the same", async () => {
    const { token } = await context.create();
    use(token);
    expect(context.usage.unwritten).toBe(1);
    expect(counters(context.connect())).toEqual([]);
    const reports = async () => [await bucketsOf("hour"), await bucketsOf("day", [token.id])];
    const before = await reports();
    for (const buckets of before) expect(buckets).toMatchObject([{ accepted: 1, refused: 0 }]);
    await context.usage.flush();
    expect(context.usage.unwritten).toBe(0);
    expect(counters(context.connect())).toHaveLength(4);
    expect(await reports()).toEqual(before);
  });

  test("until they are too old", async () => {
    const { token } = await context.create();
    use(token, "accepted", MIDNIGHT);
    await context.usage.flush();
    for (const [age, bucket, count, stored] of [
      [35 * DAY - 1, "hour", 1, "day day hour hour"],
      [35 * DAY, "hour", 0, "day day"],
      [400 * DAY - 1, "day", 1, "day day"],
      [400 * DAY, "day", 0, ""],
    ] as const) {
      context.clock.set(MIDNIGHT + age);
      expect(await bucketsOf(bucket)).toHaveLength(count);
      await context.usage.flush();
      const buckets = counters(context.connect()).map((row) => row.bucket);
      expect(buckets.join(" ")).toBe(stored);
    }
  });
});

test("asking about a token that there is not is refused", async () => {
  const { token } = await context.create();
  const asked = { bucket: "day", ids: [token.id, "atok_0"], from: null, to: null } as const;
  expect(await context.usage.report(asked)).toEqual({ refused: "not-found", resource: "api-token" });
});

describe("the last use of a token", () => {
  test("is the last that was accepted, before and after it is flushed", async () => {
    const { token } = await context.create();
    use(token, "refused");
    await context.usage.flush();
    expect(await lastUses(token)).toEqual([null, null]);
    use(token);
    const usedAt = context.clock.now;
    use(token, "refused", usedAt + 10);
    expect(await lastUses(token)).toEqual([null, usedAt]);
    await context.usage.flush();
    expect(await lastUses(token)).toEqual([usedAt, usedAt]);
  });

  test("stays the latest where the clock steps back, and counts go where the clock says", async () => {
    const { token } = await context.create();
    use(token, "accepted", MIDNIGHT);
    for (let count = 0; count < 2; count += 1) {
      use(token, "accepted", MIDNIGHT - 2 * DAY);
      await context.usage.flush();
      expect(await lastUses(token)).toEqual([MIDNIGHT, MIDNIGHT]);
    }
    expect(await bucketsOf("day")).toEqual([{ start: MIDNIGHT - 2 * DAY, accepted: 2, refused: 0 }]);
    context.clock.step(2 * DAY);
    expect(await bucketsOf("day")).toHaveLength(2);
  });

  test("is written with the first use in an hour and once that is over, and known at once meanwhile", async () => {
    const { token } = await context.create();
    for (const [at, isUse, stored, known] of [
      [0, true, 0, 0],
      [60, true, 0, 60],
      [HOUR - 1, true, 0, HOUR - 1],
      [HOUR, false, HOUR - 1, HOUR - 1],
      [HOUR, true, HOUR - 1, HOUR],
      [HOUR + 60, true, HOUR - 1, HOUR + 60],
    ] as const) {
      context.clock.set(MIDNIGHT + at);
      if (isUse) use(token);
      await context.usage.flush();
      expect(await lastUses(token)).toEqual([MIDNIGHT + stored, MIDNIGHT + known]);
    }
    await context.usage.flush("all");
    expect((await lastUses(token))[0]).toBe(MIDNIGHT + HOUR + 60);
    expect(await bucketsOf("day", [token.id])).toMatchObject([{ accepted: 5 }]);
    expect(counters(context.connect()).filter(({ bucket }) => bucket === "hour")).toHaveLength(4);
  });

  test("is written for a list that filters or sorts by it, at most once a minute", async () => {
    const [older, newer] = [await context.create(), await context.create()];
    for (const { token } of [newer, older]) use(token, "accepted", MIDNIGHT);
    await context.usage.flush();
    const since: Condition = { op: "gt", key: "last_used_at", value: MIDNIGHT };
    const sorted: Partial<Listing> = { sorts: [{ key: "last_used_at", direction: "desc" }] };
    const filtered: Partial<Listing> = { conditions: [{ op: "or", conditions: [since] }] };
    for (const [usedAt, listing, stored] of [
      [10, {}, 0],
      [10, sorted, 10],
      [69, sorted, 10],
      [70, filtered, 70],
    ] as const) {
      use({ ...newer.token, lastUsedAt: MIDNIGHT }, "accepted", MIDNIGHT + usedAt);
      const { rows } = outcomeOf(await context.tokens.list({ ...EVERYTHING, limit: 1, ...listing }));
      expect(rows[0]?.id).toBe(newer.token.id);
      expect((await lastUses(newer.token))[0]).toBe(MIDNIGHT + stored);
    }
  });

  test("is at once in the summary and in lists where it is the first, also within that minute", async () => {
    const [used, unused] = [await context.create(), await context.create()];
    const neverUsed = async () => {
      const conditions: Condition[] = [{ op: "exists", key: "last_used_at", value: false }];
      const { rows } = outcomeOf(await context.tokens.list({ ...EVERYTHING, conditions }));
      return [(await context.tokens.summary()).neverUsed, rows.map(({ id }) => id)];
    };
    const both = [2, [unused.token.id, used.token.id]];
    expect(await neverUsed()).toEqual(both);
    use(used.token, "refused", context.clock.now + 1);
    expect(await neverUsed()).toEqual(both);
    use(used.token);
    expect(await Promise.all([context.tokens.summary(), neverUsed(), neverUsed()])).toMatchObject([
      { neverUsed: 1 },
      [1, [unused.token.id]],
      [1, [unused.token.id]],
    ]);
    use(unused.token);
    void context.usage.flush();
    expect((await context.tokens.summary()).neverUsed).toBe(0);
    const written = counters(context.connect()).length;
    use({ ...used.token, lastUsedAt: context.clock.now });
    expect(await neverUsed()).toEqual([0, []]);
    expect([context.usage.unwritten, counters(context.connect()).length]).toEqual([1, written]);
  });

  test("stays in a list that was read from the store before it was written there", async () => {
    const [used, leaked] = [await context.create(), await context.create()];
    use(used.token);
    const showing = { traceId: "", requestId: "", ip: "192.0.2.9", path: "/", caller: null };
    const end = { why: "revoked", at: context.clock.now } as const;
    context.usage.recordReuse({ token: leaked.token, end, showing });
    spyOn(context.store, "list").mockImplementationOnce(async () => {
      await context.usage.flush();
      return [used.token, leaked.token];
    });
    const { rows } = outcomeOf(await context.tokens.list(EVERYTHING));
    expect(rows).toMatchObject([
      { id: used.token.id, lastUsedAt: context.clock.now },
      { id: leaked.token.id, reusedAt: context.clock.now, reusedFrom: showing.ip },
    ]);
  });

  test("delays neither a summary nor later ones where it cannot be written", async () => {
    const store = new UnsteadyUsageStore(context.store.usage);
    const usage = context.usageOn(store);
    store.portionsLeft = 0;
    for (const [asked, failures] of [
      [3, 1],
      [1, 2],
    ] as const) {
      usage.record((await context.create()).token, "accepted");
      for (let times = 0; times < asked; times += 1) await usage.writeFirstUses();
      expect(store.failures).toBe(failures);
    }
  });

  test("delays no list where it cannot be written", async () => {
    const { token } = await context.create();
    context.connect().run("BEGIN IMMEDIATE");
    use(token);
    const listing = { ...EVERYTHING, sorts: [{ key: "last_used_at", direction: "asc" }] } as const;
    const { rows } = outcomeOf(await context.tokens.list(listing));
    expect(rows).toEqual([{ ...token, lastUsedAt: context.clock.now }]);
  });

  test("is in the outcome of a change, and not written by it", async () => {
    const { token } = await context.create();
    use(token);
    const request = { description: "CI" };
    const updated = outcomeOf(await context.tokens.update(token.id, request, COMMAND_LINE));
    expect(updated.lastUsedAt).toBe(context.clock.now);
    expect(context.store.findById(token.id)).toMatchObject({ description: "CI", lastUsedAt: null });
  });

  test("changes nothing else of a token, revoked or expired", async () => {
    const { token } = await context.create({ description: "CI", expiresAt: context.clock.now + 5 });
    use(token);
    const { token: revoked } = outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
    use(token, "refused", context.clock.now + 60);
    await context.usage.flush();
    const used = outcomeOf(await context.tokens.get(token.id));
    expect(used).toEqual({ ...revoked, lastUsedAt: token.createdAt });
  });
});

test("uses that come while a flush goes on are counted by a flush that is asked for then", async () => {
  const { token } = await context.create();
  const flushing = [context.usage.flush()];
  use(token);
  flushing.push(context.usage.flush(), context.usage.flush());
  await Promise.all(flushing);
  await context.usage.flush();
  expect(await bucketsOf("day")).toMatchObject([{ accepted: 1 }]);
});

test.each([
  ["read at once", HOUR],
  ["read in another thread", 35 * DAY],
])("a report that is %s counts each use once, at every moment of a flush", async (_, seconds) => {
  const { usage, clock } = context;
  const request = { bucket: "hour", ids: null, from: clock.now - seconds, to: null } as const;
  const total = async () => {
    const { buckets } = outcomeOf(await usage.report(request));
    return buckets.reduce((sum, { accepted }) => sum + accepted, 0);
  };
  for (let round = 1; round <= 10; round += 1) {
    for (let count = 0; count < 1000; count += 1)
      usage.record({ id: `atok_${count % 450}`, lastUsedAt: null }, "accepted");
    const totals = await totalsDuring(usage.flush(), total);
    expect(totals.length).toBeGreaterThan(0);
    expect(new Set(totals)).toEqual(new Set([1000 * round]));
  }
});

/** Reads totals again and again until the flush is over, beginning between any two of its steps. */
async function totalsDuring(
  flushing: Promise<void>,
  total: () => Promise<number>,
): Promise<readonly number[]> {
  const totals: number[] = [];
  const reports = new Set<Promise<void>>();
  let isFlushing = true;
  const flushed = flushing.finally(() => {
    isFlushing = false;
  });
  for (let turn = 0; isFlushing; turn += 1) {
    // More long reports at once would be refused.
    if (reports.size < 10) {
      const reporting = (async () => void totals.push(await total()))().finally(() =>
        reports.delete(reporting),
      );
      reports.add(reporting);
    }
    // The steps of a flush are not a turn of the event loop apart.
    if (turn % 20 === 0) await Bun.sleep(0);
    else await Promise.resolve();
  }
  await Promise.all([flushed, ...reports]);
  return totals;
}
