import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { setImmediate as nextTurn } from "node:timers/promises";
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

function uses(token: string, values: Partial<HourOfUse> = {}): HourOfUse {
  const one = { accepted: 1, refused: 0, lastUsedAt: A_MOMENT, reusedAt: null, reusedFrom: null };
  return { token, start: A_MOMENT, ...one, ...values };
}

describe("uses", () => {
  test("are kept by hour and day, of each token and of all", async () => {
    await context.store.usage.add([
      uses("atok_1", { accepted: 2, refused: 1 }),
      uses("atok_1", { start: A_MOMENT + HOUR }),
      uses("atok_2"),
      uses(ALL_TOKENS, { accepted: 5 }),
    ]);
    expect(counters(context.connect())).toEqual([
      { bucket: "day", token: "", start: MIDNIGHT, accepted: 9, refused: 1 },
      { bucket: "day", token: "atok_1", start: MIDNIGHT, accepted: 3, refused: 1 },
      { bucket: "day", token: "atok_2", start: MIDNIGHT, accepted: 1, refused: 0 },
      { bucket: "hour", token: "", start: A_MOMENT, accepted: 8, refused: 1 },
      { bucket: "hour", token: "atok_1", start: A_MOMENT, accepted: 2, refused: 1 },
      { bucket: "hour", token: "atok_2", start: A_MOMENT, accepted: 1, refused: 0 },
      { bucket: "hour", token: "", start: A_MOMENT + HOUR, accepted: 1, refused: 0 },
      { bucket: "hour", token: "atok_1", start: A_MOMENT + HOUR, accepted: 1, refused: 0 },
    ]);
  });

  test("are read in the order of time, within the period, in more slices than one", async () => {
    const { usage } = context.store;
    const starts = Array.from({ length: 900 }, (_, hour) => MIDNIGHT + hour * HOUR);
    for (let first = 0; first < 900; first += 300)
      await usage.add(starts.slice(first, first + 300).map((start) => uses("atok_1", { start })));
    await usage.add([uses("atok_2", { start: MIDNIGHT + 700 * HOUR })]);
    const period = { bucket: "hour", from: MIDNIGHT + HOUR, to: MIDNIGHT + 899 * HOUR } as const;
    const found = await usage.read(["atok_1"], period);
    expect(found.map(({ start }) => start)).toEqual(starts.slice(1, 899));
    const both = await usage.read(["atok_1", "atok_2"], period);
    expect(both).toHaveLength(899);
    expect(both.map(({ start }) => start)).toEqual(both.map(({ start }) => start).toSorted((a, b) => a - b));
    expect(await usage.read(["atok_1"], { ...period, to: period.from })).toEqual([]);
    expect(await usage.read(["atok_3"], period)).toEqual([]);
  });

  test("that are too old go a portion at a time, and nothing else does", async () => {
    const { usage } = context.store;
    for (const start of [MIDNIGHT, MIDNIGHT + HOUR])
      await usage.add(Array.from({ length: 700 }, (_, count) => uses(`atok_${count}`, { start })));
    const left = () => counters(context.connect()).filter(({ bucket }) => bucket === "hour");
    await usage.forget("hour", MIDNIGHT + HOUR);
    expect(left()).toHaveLength(1402 - 500);
    await usage.forget("hour", MIDNIGHT + HOUR);
    await usage.forget("hour", MIDNIGHT + HOUR);
    expect(left()).toHaveLength(701);
    expect(new Set(left().map(({ start }) => start))).toEqual(new Set([MIDNIGHT + HOUR]));
    expect(counters(context.connect()).filter(({ bucket }) => bucket === "day")).toHaveLength(701);
  });
});

test("a moment alone makes no counter", async () => {
  await context.add(newToken("atok_1"));
  await context.store.usage.add([uses("atok_1", { accepted: 0, lastUsedAt: A_MOMENT + 9 })]);
  expect(context.store.findById("atok_1")?.lastUsedAt).toBe(A_MOMENT + 9);
  expect(counters(context.connect())).toEqual([]);
});

describe("the last use of a token", () => {
  test("is the greatest of the old one and the new one", async () => {
    await context.add(newToken("atok_1", { revokedAt: A_MOMENT, expiresAt: A_MOMENT }));
    const lastUse = () => context.store.findById("atok_1")?.lastUsedAt;
    for (const [given, kept] of [
      [null, null],
      [A_MOMENT, A_MOMENT],
      [A_MOMENT - 1, A_MOMENT],
      [null, A_MOMENT],
      [A_MOMENT + 1, A_MOMENT + 1],
    ] as const) {
      await context.store.usage.add([uses("atok_1", { lastUsedAt: given })]);
      expect(lastUse()).toBe(kept);
    }
    const revoked = { revokedAt: A_MOMENT, expiresAt: A_MOMENT, lastUsedAt: A_MOMENT + 1 };
    expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1", revoked));
  });

  test("is not written over by a change to the token that goes on meanwhile", async () => {
    await context.add(newToken("atok_1"));
    await context.store.usage.add([uses("atok_1")]);
    await context.overwrite("atok_1", (token) => ({ ...token, lastUsedAt: null, revokedAt: A_MOMENT }));
    expect(context.store.findById("atok_1")).toMatchObject({ lastUsedAt: A_MOMENT, revokedAt: A_MOMENT });
  });
});

describe("the mark of a secret that was shown after its token's end", () => {
  const reused = (reusedAt: number, reusedFrom: string | null) =>
    uses("atok_1", { accepted: 0, refused: 1, lastUsedAt: null, reusedAt, reusedFrom });

  test("is that of the latest time, whatever comes in which order", async () => {
    await context.add(newToken("atok_1", { revokedAt: A_MOMENT }));
    const mark = () => {
      const { reusedAt, reusedFrom, ...rest } = context.store.findById("atok_1") ?? tokenOf("atok_1");
      const { reusedAt: _, reusedFrom: __, ...as } = tokenOf("atok_1", { revokedAt: A_MOMENT });
      expect(rest).toEqual(as);
      return [reusedAt, reusedFrom];
    };
    for (const [given, kept] of [
      [uses("atok_2"), [null, null]],
      [reused(A_MOMENT + 5, "192.0.2.1"), [A_MOMENT + 5, "192.0.2.1"]],
      [reused(A_MOMENT + 4, "192.0.2.2"), [A_MOMENT + 5, "192.0.2.1"]],
      [reused(A_MOMENT + 5, "192.0.2.3"), [A_MOMENT + 5, "192.0.2.3"]],
      [uses("atok_1", { lastUsedAt: null }), [A_MOMENT + 5, "192.0.2.3"]],
      [reused(A_MOMENT + 6, null), [A_MOMENT + 6, null]],
    ] as const) {
      await context.store.usage.add([given]);
      expect(mark()).toEqual([...kept]);
    }
    await context.store.usage.add([reused(A_MOMENT + 9, "192.0.2.5"), reused(A_MOMENT + 8, "192.0.2.4")]);
    expect(mark()).toEqual([A_MOMENT + 9, "192.0.2.5"]);
  });

  test("is not written over by a change to the token that goes on meanwhile", async () => {
    await context.add(newToken("atok_1"));
    await context.store.usage.add([reused(A_MOMENT, "192.0.2.1")]);
    await context.overwrite("atok_1", (token) => ({
      ...token,
      reusedAt: null,
      reusedFrom: null,
      revokedAt: A_MOMENT,
    }));
    const kept = { reusedAt: A_MOMENT, reusedFrom: "192.0.2.1", revokedAt: A_MOMENT };
    expect(context.store.findById("atok_1")).toMatchObject(kept);
  });

  test("makes no token, and goes in with the counters or not at all", async () => {
    await context.store.usage.add([reused(A_MOMENT, "192.0.2.1")]);
    expect(context.store.findById("atok_1")).toBeNull();
    await context.add(newToken("atok_1"));
    const database = context.connect();
    database.run("CREATE TRIGGER full BEFORE INSERT ON token_use BEGIN SELECT RAISE(ABORT, 'no space'); END");
    const adding = context.store.usage.add([{ ...reused(A_MOMENT, "192.0.2.1"), start: A_MOMENT + HOUR }]);
    await expect(adding).rejects.toThrow();
    expect(context.store.findById("atok_1")?.reusedAt).toBeNull();
  });
});

describe("beside others that write", () => {
  test("uses are not waited for, and nothing of them is kept that could be added twice", async () => {
    await context.add(newToken("atok_1"));
    const other = context.connect();
    other.run("BEGIN IMMEDIATE");
    const began = performance.now();
    await expect(context.store.usage.add([uses("atok_1")])).rejects.toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - began).toBeLessThan(4000);
    other.run("COMMIT");
    expect(counters(other)).toEqual([]);
    expect(context.store.findById("atok_1")?.lastUsedAt).toBeNull();
  });

  test("a flush of many tokens lets changes and reads come between its portions", async () => {
    for (let count = 0; count < 2000; count += 1)
      context.usage.record({ id: `atok_${count}`, lastUsedAt: null }, "accepted");
    let isFlushed = false;
    const flushing = context.usage.flush().then(() => {
      isFlushed = true;
    });
    const other = context.beside();
    await nextTurn();
    const { id } = (await context.create()).token;
    await other.revoke(id, COMMAND_LINE);
    expect(isFlushed).toBe(false);
    await flushing;
    expect(row(context.connect(), "SELECT count(*) AS rows FROM token_use")).toEqual({ rows: 4002 });
  });
});
