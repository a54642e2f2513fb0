import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import type { Condition, Listing } from "../../../src/tokens/listing/listing.ts";
import { parseTime } from "../../../src/tokens/time.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { EVERYTHING, outcomeOf, type TestStore } from "../../support/store/store.ts";
import { counters, reported, UnsteadyUsageStore } from "../../support/store/usage.ts";
import { useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore();

const MIDNIGHT = parseTime("2026-06-02T00:00:00Z") ?? 0;
const HOUR = 3600;
const DAY = 86_400;

describe("uses are counted by hours and days of UTC", () => {
  test("at their borders too", async () => {
    const { token } = await context.create();
    for (const second of [MIDNIGHT - HOUR - 1, MIDNIGHT - HOUR, MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 1]) {
      context.clock.set(second, 999);
      context.usage.record(token, "accepted");
    }
    context.usage.record(token, "refused");
    await context.usage.flush();
    expect((await reported(context.usage, "hour", [token.id])).buckets).toEqual([
      { start: MIDNIGHT - 2 * HOUR, accepted: 1, refused: 0 },
      { start: MIDNIGHT - HOUR, accepted: 2, refused: 0 },
      { start: MIDNIGHT, accepted: 2, refused: 1 },
    ]);
    expect((await reported(context.usage, "day", [token.id])).buckets).toEqual([
      { start: MIDNIGHT - DAY, accepted: 3, refused: 0 },
      { start: MIDNIGHT, accepted: 2, refused: 1 },
    ]);
  });

  test("of each token, of several and of all", async () => {
    const [first, second, third] = [await context.create(), await context.create(), await context.create()];
    context.usage.record(first.token, "accepted");
    context.usage.record(second.token, "refused");
    context.usage.record(second.token, "accepted");
    context.usage.record(third.token, "accepted");
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

  test("and added to what was flushed before, also by another process and after a restart", async () => {
    const { token } = await context.create();
    const other = context.usageOn(context.store.usage);
    for (const usage of [context.usage, other, context.usage]) {
      usage.record(token, "accepted");
      await usage.flush();
    }
    context.reopen();
    context.usage.record(token, "accepted");
    await context.usage.flush();
    expect((await reported(context.usage, "day")).buckets).toMatchObject([{ accepted: 4, refused: 0 }]);
  });

  test("until a flush in memory alone, and told of all the same", async () => {
    const { token } = await context.create();
    context.usage.record(token, "accepted");
    expect(context.usage.unwritten).toBe(1);
    expect(counters(context.connect())).toEqual([]);
    const told = [await reported(context.usage, "hour"), await reported(context.usage, "day", [token.id])];
    for (const { buckets } of told) expect(buckets).toMatchObject([{ accepted: 1, refused: 0 }]);
    await context.usage.flush();
    expect(context.usage.unwritten).toBe(0);
    expect(counters(context.connect())).toHaveLength(4);
    expect([await reported(context.usage, "hour"), await reported(context.usage, "day", [token.id])]).toEqual(
      told,
    );
  });

  test("that are too old are forgotten", async () => {
    const { token } = await context.create();
    context.clock.set(MIDNIGHT);
    context.usage.record(token, "accepted");
    await context.usage.flush();
    const kept = () => counters(context.connect()).map(({ bucket }) => bucket);
    context.clock.set(MIDNIGHT + 35 * DAY - 1);
    await context.usage.flush();
    expect((await reported(context.usage, "hour")).buckets).toHaveLength(1);
    expect(kept()).toEqual(["day", "day", "hour", "hour"]);
    context.clock.step(1);
    expect((await reported(context.usage, "hour")).buckets).toEqual([]);
    await context.usage.flush();
    expect(kept()).toEqual(["day", "day"]);
    context.clock.set(MIDNIGHT + 400 * DAY - 1);
    await context.usage.flush();
    expect((await reported(context.usage, "day")).buckets).toHaveLength(1);
    context.clock.step(1);
    await context.usage.flush();
    expect(kept()).toEqual([]);
  });
});

test("asking about a token that there is not is refused", async () => {
  const { token } = await context.create();
  const asked = { bucket: "day", ids: [token.id, "atok_0"], from: null, to: null } as const;
  expect(await context.usage.report(asked)).toEqual({ refused: "not-found", resource: "api-token" });
});

describe("the last use of a token", () => {
  async function lastUse(context: TestStore, id: string): Promise<number | null> {
    return outcomeOf(await context.tokens.get(id)).lastUsedAt;
  }

  test("is the last that was accepted, before and after it is flushed", async () => {
    const { token } = await context.create();
    context.usage.record(token, "refused");
    await context.usage.flush();
    expect(await lastUse(context, token.id)).toBeNull();
    context.usage.record(token, "accepted");
    const usedAt = context.clock.now;
    context.clock.step(10);
    context.usage.record(token, "refused");
    expect(await lastUse(context, token.id)).toBe(usedAt);
    expect(context.store.findById(token.id)?.lastUsedAt).toBeNull();
    await context.usage.flush();
    expect(await lastUse(context, token.id)).toBe(usedAt);
    expect(context.store.findById(token.id)?.lastUsedAt).toBe(usedAt);
  });

  test("stays the latest where the clock steps back, and counts go where the clock says", async () => {
    const { token } = await context.create();
    context.clock.set(MIDNIGHT);
    context.usage.record(token, "accepted");
    context.clock.step(-2 * DAY);
    context.usage.record(token, "accepted");
    await context.usage.flush();
    expect(await lastUse(context, token.id)).toBe(MIDNIGHT);
    context.usage.record(token, "accepted");
    await context.usage.flush();
    expect(await lastUse(context, token.id)).toBe(MIDNIGHT);
    expect((await reported(context.usage, "day")).buckets).toEqual([
      { start: MIDNIGHT - 2 * DAY, accepted: 2, refused: 0 },
    ]);
    context.clock.step(2 * DAY);
    expect((await reported(context.usage, "day")).buckets).toHaveLength(2);
  });

  test("is written with the first use in an hour and once that is over, and told at once meanwhile", async () => {
    const { token } = await context.create();
    context.clock.set(MIDNIGHT);
    const seen = async (of: "use" | "hour") => {
      if (of === "use") context.usage.record(token, "accepted");
      await context.usage.flush();
      const told = (await lastUse(context, token.id)) ?? 0;
      const stored = context.store.findById(token.id)?.lastUsedAt ?? 0;
      return [stored - MIDNIGHT, told - MIDNIGHT];
    };
    expect(await seen("use")).toEqual([0, 0]);
    context.clock.set(MIDNIGHT + 60);
    expect(await seen("use")).toEqual([0, 60]);
    context.clock.set(MIDNIGHT + HOUR - 1);
    expect(await seen("use")).toEqual([0, HOUR - 1]);
    context.clock.set(MIDNIGHT + HOUR);
    expect(await seen("hour")).toEqual([HOUR - 1, HOUR - 1]);
    expect(await seen("use")).toEqual([HOUR - 1, HOUR]);
    context.clock.step(60);
    expect(await seen("use")).toEqual([HOUR - 1, HOUR + 60]);
    await context.usage.flush("all");
    expect(await seen("hour")).toEqual([HOUR + 60, HOUR + 60]);
    expect((await reported(context.usage, "day", [token.id])).buckets).toMatchObject([{ accepted: 5 }]);
    expect(counters(context.connect()).filter(({ bucket }) => bucket === "hour")).toHaveLength(4);
  });

  test("is written for a list that filters or sorts by it, at most once a minute", async () => {
    const [older, newer] = [await context.create(), await context.create()];
    context.clock.set(MIDNIGHT);
    for (const { token } of [newer, older]) context.usage.record(token, "accepted");
    await context.usage.flush();
    const use = (seconds: number) => {
      context.clock.set(MIDNIGHT + seconds);
      context.usage.record({ ...newer.token, lastUsedAt: MIDNIGHT }, "accepted");
    };
    const stored = () => (context.store.findById(newer.token.id)?.lastUsedAt ?? 0) - MIDNIGHT;
    const latest = async (listing: Partial<Listing>) =>
      outcomeOf(await context.tokens.list({ ...EVERYTHING, limit: 1, ...listing })).rows[0]?.id;
    const sorted = { sorts: [{ key: "last_used_at", direction: "desc" }] } as const;
    use(10);
    await latest({});
    expect(stored()).toBe(0);
    expect(await latest(sorted)).toBe(newer.token.id);
    expect(stored()).toBe(10);
    use(69);
    await latest(sorted);
    expect(stored()).toBe(10);
    use(70);
    const since: Condition = { op: "gt", key: "last_used_at", value: MIDNIGHT + 69 };
    expect(await latest({ conditions: [{ op: "or", conditions: [since] }] })).toBe(newer.token.id);
    expect(stored()).toBe(70);
  });

  test("is at once in the summary and in lists where it is the first, also between two settlings", async () => {
    const [used, unused] = [await context.create(), await context.create()];
    const neverUsed = async () => {
      const conditions: Condition[] = [{ op: "exists", key: "last_used_at", value: false }];
      const { rows } = outcomeOf(await context.tokens.list({ ...EVERYTHING, conditions }));
      return [(await context.tokens.summary()).neverUsed, rows.map(({ id }) => id)];
    };
    const both = [2, [unused.token.id, used.token.id]];
    expect(await neverUsed()).toEqual(both);
    context.clock.step(1);
    context.usage.record(used.token, "refused");
    expect(await neverUsed()).toEqual(both);
    context.usage.record(used.token, "accepted");
    expect(await Promise.all([context.tokens.summary(), neverUsed(), neverUsed()])).toMatchObject([
      { neverUsed: 1 },
      [1, [unused.token.id]],
      [1, [unused.token.id]],
    ]);
    context.usage.record(unused.token, "accepted");
    void context.usage.flush();
    expect((await context.tokens.summary()).neverUsed).toBe(0);
    const written = counters(context.connect()).length;
    context.usage.record({ ...used.token, lastUsedAt: context.clock.now }, "accepted");
    expect(await neverUsed()).toEqual([0, []]);
    expect([context.usage.unwritten, counters(context.connect()).length]).toEqual([1, written]);
  });

  test("keeps neither a summary nor later ones waiting where it cannot be written", async () => {
    const store = new UnsteadyUsageStore(context.store.usage);
    const usage = context.usageOn(store);
    store.portionsLeft = 0;
    usage.record((await context.create()).token, "accepted");
    for (let times = 0; times < 3; times += 1) await usage.settleFirstUses();
    expect(store.failures).toBe(1);
    usage.record((await context.create()).token, "accepted");
    await usage.settleFirstUses();
    expect(store.failures).toBe(2);
  });

  test("keeps no list from going on where it cannot be written", async () => {
    const { token } = await context.create();
    context.connect().run("BEGIN IMMEDIATE");
    context.usage.record(token, "accepted");
    const listing = { ...EVERYTHING, sorts: [{ key: "last_used_at", direction: "asc" }] } as const;
    const { rows } = outcomeOf(await context.tokens.list(listing));
    expect(rows).toEqual([{ ...token, lastUsedAt: context.clock.now }]);
  });

  test("is told in what a change gives, and not written by it", async () => {
    const { token } = await context.create();
    context.usage.record(token, "accepted");
    const request = { description: "CI" };
    const updated = outcomeOf(await context.tokens.update(token.id, request, COMMAND_LINE));
    expect(updated.lastUsedAt).toBe(context.clock.now);
    expect(context.store.findById(token.id)).toMatchObject({ description: "CI", lastUsedAt: null });
  });

  test("changes nothing else of a token, revoked or expired", async () => {
    const { token } = await context.create({ description: "CI", expiresAt: context.clock.now + 5 });
    context.usage.record(token, "accepted");
    const { token: revoked } = outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
    context.clock.step(60);
    context.usage.record(token, "refused");
    await context.usage.flush();
    const used = outcomeOf(await context.tokens.get(token.id));
    expect(used).toEqual({ ...revoked, lastUsedAt: token.createdAt });
  });
});

test("what is told while a flush goes on has every use once, and holds up neither for long", async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `atok_${index}`);
  for (const id of ids) context.usage.record({ id, lastUsedAt: null }, "accepted");
  let isFlushed = false;
  const flushing = context.usage.flush().then(() => {
    isFlushed = true;
  });
  const told: number[] = [];
  while (!isFlushed) {
    const { buckets } = await reported(context.usage, "hour");
    told.push(buckets.reduce((total, { accepted }) => total + accepted, 0));
  }
  await flushing;
  expect(new Set(told)).toEqual(new Set([1000]));
  expect(told.length).toBeGreaterThan(3);
});

describe("what a store does not take", () => {
  test("stays, and comes when it can, once", async () => {
    const { token } = await context.create();
    const unsteady = new UnsteadyUsageStore(context.store.usage);
    const usage = context.usageOn(unsteady);
    unsteady.portionsLeft = 0;
    for (let count = 1; count <= 3; count += 1) {
      usage.record(token, "accepted");
      await expect(usage.flush()).rejects.toBeInstanceOf(StoreUnavailable);
      expect(usage.unwritten).toBe(count);
    }
    unsteady.portionsLeft = Number.POSITIVE_INFINITY;
    await usage.flush();
    await usage.flush();
    expect(usage.unwritten).toBe(0);
    expect((await reported(usage, "day")).buckets).toMatchObject([{ accepted: 3, refused: 0 }]);
  });

  test("does not keep what came later from being counted in the same flush", async () => {
    const { token } = await context.create();
    const flushing = [context.usage.flush()];
    context.usage.record(token, "accepted");
    flushing.push(context.usage.flush(), context.usage.flush());
    await Promise.all(flushing);
    await context.usage.flush();
    expect((await reported(context.usage, "day")).buckets).toMatchObject([{ accepted: 1 }]);
  });
});

test.each([
  ["read at once", 3600],
  ["read in slices", 35 * 86_400],
])("a report that is %s counts each use once, at every moment of a flush", async (_, seconds) => {
  const { usage, clock } = context;
  for (let count = 0; count < 1000; count += 1)
    usage.record({ id: `atok_${count % 450}`, lastUsedAt: null }, "accepted");
  const from = clock.now - seconds;
  const total = async () => {
    const request = { bucket: "hour", ids: null, from, to: null } as const;
    const { buckets } = outcomeOf(await usage.report(request));
    return buckets.reduce((sum, { accepted }) => sum + accepted, 0);
  };
  let isFlushing = true;
  const flushing = usage.flush().finally(() => {
    isFlushing = false;
  });
  const totals: Promise<number>[] = [];
  let underWay = 0;
  for (let turn = 0; isFlushing; turn += 1) {
    // More reports in slices at once would be refused.
    if (underWay < 10) {
      underWay += 1;
      totals.push(
        total().finally(() => {
          underWay -= 1;
        }),
      );
    }
    // A report may begin between any two steps of the flush, which are not a turn of the event loop apart.
    if (turn % 20 === 0) await Bun.sleep(0);
    else await Promise.resolve();
  }
  await flushing;
  expect(totals.length).toBeGreaterThan(10);
  expect(new Set(await Promise.all(totals))).toEqual(new Set([1000]));
});
