import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { peek } from "bun";
import fc from "fast-check";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { ALL_TOKENS, type HourOfUse } from "../../../src/tokens/usage/usage-store.ts";
import { A_MOMENT, newToken, tokenOf } from "../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { row } from "../../support/store/store.ts";
import { counters } from "../../support/store/usage.ts";
import { useStore } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const context = useStore();

const HOUR = 3600;
const MIDNIGHT = A_MOMENT - (A_MOMENT % 86_400);
const ENDED = { revokedAt: A_MOMENT, expiresAt: A_MOMENT };

function uses(token: string, values: Partial<HourOfUse> = {}): HourOfUse {
  const one = { accepted: 1, refused: 0, lastUsedAt: A_MOMENT, reusedAt: null, reusedFrom: null };
  return { token, start: A_MOMENT, ...one, ...values };
}

describe("uses", () => {
  const moment = fc.option(fc.integer({ min: A_MOMENT, max: A_MOMENT + 3 }));
  const count = fc.nat(2);
  const anyUses = fc.record({
    token: fc.constantFrom(ALL_TOKENS, "atok_1", "atok_2"),
    start: fc.constantFrom(A_MOMENT, A_MOMENT + HOUR, A_MOMENT + 24 * HOUR),
    ...{ accepted: count, refused: count, lastUsedAt: moment, reusedAt: moment },
    reusedFrom: fc.option(fc.constantFrom("192.0.2.1", "192.0.2.2")),
  });

  /** The accepted and refused uses by hour and day, of each token and of all. */
  function sumsOf(all: readonly HourOfUse[]): unknown {
    const sums: Record<string, readonly [number, number]> = {};
    for (const { token, start, accepted, refused } of all)
      for (const of of accepted + refused === 0 ? [] : new Set([token, ALL_TOKENS]))
        for (const key of [`day,${start - (start % 86_400)},${of}`, `hour,${start},${of}`]) {
          const [before = 0, beforeRefused = 0] = sums[key] ?? [];
          sums[key] = [before + accepted, beforeRefused + refused];
        }
    return sums;
  }

  /** The greatest last use, and the latest mark of a reuse, of which a later one of the same second counts. */
  function tokenAfter(all: readonly HourOfUse[]): unknown {
    const own = all.filter(({ token }) => token === "atok_1");
    const lastUsedAt = own.reduce((last, use) => Math.max(last, use.lastUsedAt ?? 0), 0) || null;
    const reused = own.filter(({ reusedAt }) => reusedAt !== null);
    const { reusedAt = null, reusedFrom = null } =
      reused.toSorted((one, other) => Number(one.reusedAt) - Number(other.reusedAt)).at(-1) ?? {};
    return tokenOf("atok_1", { ...ENDED, lastUsedAt, reusedAt, reusedFrom });
  }

  test("add up by hour and day, and leave their latest moments in the token, and nothing else", async () => {
    const database = context.connect();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyUses)), async (portions) => {
        context.hold([tokenOf("atok_1", ENDED)]);
        database.run("DELETE FROM token_use");
        for (const portion of portions) await context.store.usage.add(portion);
        const sums = counters(database).map(({ bucket, start, token, accepted, refused }) => [
          [bucket, start, token].join(),
          [accepted, refused],
        ]);
        expect(Object.fromEntries(sums)).toEqual(sumsOf(portions.flat()));
        expect<unknown>(context.store.findById("atok_1")).toEqual(tokenAfter(portions.flat()));
        expect(context.store.findById("atok_2")).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  test("are not written over by a change to the token that goes on meanwhile", async () => {
    await context.add(newToken("atok_1"));
    const kept = { lastUsedAt: A_MOMENT, reusedAt: A_MOMENT, reusedFrom: "192.0.2.1" };
    await context.store.usage.add([uses("atok_1", kept)]);
    await context.overwrite("atok_1", () => tokenOf("atok_1", { revokedAt: A_MOMENT }));
    expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1", { ...kept, revokedAt: A_MOMENT }));
  });

  test("are read in the order of time, within the period, few or many", async () => {
    const { usage } = context.store;
    const starts = Array.from({ length: 900 }, (_, hour) => MIDNIGHT + hour * HOUR);
    await usage.add(starts.map((start) => uses("atok_1", { start })));
    await usage.add([uses("atok_2", { start: MIDNIGHT + 700 * HOUR })]);
    const period = { bucket: "hour", from: MIDNIGHT + HOUR, to: MIDNIGHT + 899 * HOUR } as const;
    const read = async (tokens: readonly string[], to = period.to) =>
      (await usage.read(tokens, { ...period, to })).map(({ start }) => start);
    expect(await read(["atok_1"])).toEqual(starts.slice(1, 899));
    expect(await read(["atok_1", "atok_2"])).toEqual(
      starts.slice(1, 899).toSpliced(700, 0, starts[700] ?? 0),
    );
    expect(await read(["atok_1"], period.from)).toEqual([]);
    expect(await read(["atok_3"])).toEqual([]);
  });

  test("that are too old go a portion at a time, and nothing else does", async () => {
    const { usage } = context.store;
    for (const start of [MIDNIGHT, MIDNIGHT + HOUR])
      await usage.add(Array.from({ length: 700 }, (_, count) => uses(`atok_${count}`, { start })));
    const left = (of: string) => counters(context.connect()).filter(({ bucket }) => bucket === of);
    await usage.forget("hour", MIDNIGHT + HOUR);
    expect(left("hour")).toHaveLength(1402 - 500);
    await usage.forget("hour", MIDNIGHT + HOUR);
    await usage.forget("hour", MIDNIGHT + HOUR);
    expect(left("hour").map(({ start }) => start)).toEqual(Array(701).fill(MIDNIGHT + HOUR));
    expect(left("day")).toHaveLength(701);
  });
});

test("uses do not wait for others that write, and nothing of them is kept that could be added twice", async () => {
  await context.add(newToken("atok_1"));
  const other = context.connect();
  const add = () => context.store.usage.add([uses("atok_1", { reusedAt: A_MOMENT })]);
  other.run("BEGIN IMMEDIATE");
  const began = performance.now();
  await expect(add()).rejects.toBeInstanceOf(StoreUnavailable);
  expect(performance.now() - began).toBeLessThan(4000);
  other.run("COMMIT");
  other.run("CREATE TRIGGER full BEFORE INSERT ON token_use BEGIN SELECT RAISE(ABORT, 'no space'); END");
  await expect(add()).rejects.toThrow("no space");
  expect(counters(other)).toEqual([]);
  expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1"));
});

test("a flush of many tokens lets changes and reads come between its portions", async () => {
  for (let count = 0; count < 2000; count += 1)
    context.usage.record({ id: `atok_${count}`, lastUsedAt: null }, "accepted");
  const flushing = context.usage.flush();
  const other = context.beside();
  await nextTurn();
  const { id } = (await context.create()).token;
  await other.revoke(id, COMMAND_LINE);
  expect(peek.status(flushing)).toBe("pending");
  await flushing;
  expect(row(context.connect(), "SELECT count(*) AS rows FROM token_use")).toEqual({ rows: 4002 });
});
