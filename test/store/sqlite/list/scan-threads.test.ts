import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { peek } from "bun";
import fc from "fast-check";
import { AUDIT_EVENT_TABLE } from "../../../../src/store/sqlite/audit-event-row.ts";
import { readRows } from "../../../../src/store/sqlite/list/list-rows.ts";
import { inOnePiece } from "../../../../src/store/sqlite/list/scan.ts";
import { ScanThread } from "../../../../src/store/sqlite/list/scan-thread.ts";
import { ScanThreads } from "../../../../src/store/sqlite/list/scan-threads.ts";
import { SharedCounter } from "../../../../src/store/sqlite/list/shared-counter.ts";
import { countTokens } from "../../../../src/store/sqlite/summary-sql.ts";
import { TOKEN_TABLE } from "../../../../src/store/sqlite/token-row.ts";
import type { ListQuery } from "../../../../src/tokens/listing/listing.ts";
import { compilePattern, type Pattern } from "../../../../src/tokens/listing/pattern.ts";
import type { ScanRefusal } from "../../../../src/tokens/listing/scan-error.ts";
import { summaryQuery } from "../../../../src/tokens/summary.ts";
import { StoreUnavailable } from "../../../../src/tokens/token-store.ts";
import {
  conditions,
  eventConditions,
  eventSet,
  eventSorts,
  FIRST_MOMENT,
  sorts,
  tokenSet,
} from "../../../support/lists/arbitraries.ts";
import { A_MOMENT, newToken, tokenOf } from "../../../support/new-token.ts";
import { TEST_LIMIT_MS, until } from "../../../support/patience.ts";
import { row } from "../../../support/store/store.ts";
import { useStore } from "../../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const context = useStore();

let threads: ScanThreads;

beforeEach(() => {
  threads = new ScanThreads(startThread);
});

afterEach(() => {
  threads.close();
  threads.waitUntilDone();
});

const startThread = () => new ScanThread(context.directory.database, new SharedCounter());

const goOn = () => null;

const summary = { kind: "summary", query: summaryQuery(A_MOMENT) } as const;

function patternOf(source: string, caseInsensitive = false): Pattern {
  const pattern = compilePattern(source, caseInsensitive);
  if (typeof pattern === "string") throw new Error(pattern);
  return pattern;
}

/** Looks for a pattern in long texts of random zeros and ones. Each takes some 20 milliseconds, all of them several seconds. */
function endlessTask() {
  const bits = (number: number) =>
    [...Bun.SHA512.hash(String(number), new Uint8Array(64))].map((byte) => byte.toString(2).padStart(8, "0"));
  const description = (number: number) =>
    Array.from({ length: 8 }, (_, part) => bits(number * 8 + part).join("")).join("");
  const numbers = Array.from({ length: 300 }, (_, number) => number);
  // Lower ids than those of tokens that are created later.
  const idOf = (number: number) => `atok_${String(number).padStart(20, "0")}`;
  context.hold(numbers.map((number) => tokenOf(idOf(number), { description: description(number) })));
  const condition = { op: "regex", key: "description", pattern: patternOf("1.{100}1$") } as const;
  const query = { condition, sorts: [], after: null, skip: 300, limit: 1, now: 0 };
  return { kind: "tokens", query } as const;
}

/** A thread that runs other code than that of Publisher. */
function threadThatRuns(code: string): ScanThread {
  const url = URL.createObjectURL(new Blob([code], { type: "application/javascript" }));
  return new ScanThread(context.directory.database, new SharedCounter(), new Worker(url));
}

/** Whether somebody keeps the -wal file from being cut. */
function isHeld(): boolean {
  using connection = new Database(context.directory.database, { readwrite: true });
  return row(connection, "PRAGMA wal_checkpoint(TRUNCATE)").busy === 1;
}

/** Waits until a scan has its snapshot. It does not hold a -wal file that was empty then. */
async function untilHeld(): Promise<void> {
  await until(async () => {
    await context.create();
    return isHeld();
  });
}

/**
 * The number of descriptors that this process has for the store's file, beside the one of the store. SQLite keeps the
 * descriptors of closed connections, and uses them again: https://www.sqlite.org/src/doc/trunk/src/os_unix.c
 */
function descriptorsOfReaders(): number {
  const isOfStore = (descriptor: string) => {
    const file = `/proc/self/fd/${descriptor}`;
    return existsSync(file) && readlinkSync(file) === context.directory.database;
  };
  return readdirSync("/proc/self/fd").filter(isOfStore).length - 1;
}

describe("a thread gives the same answer as a read in one piece:", () => {
  const paging = fc.record({ skip: fc.nat(3), limit: fc.integer({ min: 1, max: 8 }) });

  test("a list of tokens", async () => {
    await fc.assert(
      fc.asyncProperty(tokenSet, conditions, sorts, paging, async (tokens, conditions, sorts, paging) => {
        context.hold(tokens);
        const condition = { op: "and", conditions } as const;
        const query: ListQuery = { condition, sorts, after: null, now: FIRST_MOMENT + 1, ...paging };
        const expected = await readRows(inOnePiece(context.connect()), TOKEN_TABLE, query);
        expect(await threads.run(() => ({ kind: "tokens", query }), goOn)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  test("a list by a pattern that ignores case", async () => {
    context.hold([
      tokenOf("atok_1", { description: "Backup" }),
      tokenOf("atok_2", { description: "backup" }),
    ]);
    const condition = { op: "regex", key: "description", pattern: patternOf("^BACK", true) } as const;
    const query: ListQuery = { condition, sorts: [], after: null, now: 0, skip: 0, limit: 5 };
    expect(await threads.run(() => ({ kind: "tokens", query }), goOn)).toHaveLength(2);
  });

  test("a list of audit events", async () => {
    await fc.assert(
      fc.asyncProperty(eventSet, eventConditions, eventSorts, async (events, conditions, sorts) => {
        context.holdEvents(events);
        const condition = { op: "and", conditions } as const;
        const query: ListQuery = { condition, sorts, after: null, now: FIRST_MOMENT + 1, skip: 0, limit: 5 };
        const expected = await readRows(inOnePiece(context.connect()), AUDIT_EVENT_TABLE, query);
        expect(await threads.run(() => ({ kind: "auditEvents", query }), goOn)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  test("a summary", async () => {
    await fc.assert(
      fc.asyncProperty(tokenSet, async (tokens) => {
        context.hold(tokens);
        const query = summaryQuery(FIRST_MOMENT + 1);
        const expected = await countTokens(inOnePiece(context.connect()), query);
        expect(await threads.run(() => ({ kind: "summary", query }), goOn)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the store", () => {
  test("is not held by threads without work, also after scans that ended early or failed", async () => {
    await threads.run(() => summary, goOn);
    await context.create();
    expect(isHeld()).toBe(false);
    await expect(threads.run(endlessTask, () => "abandoned")).rejects.toMatchObject({
      reason: "abandoned",
    });
    await context.create();
    expect(isHeld()).toBe(false);
    context.connect().run("ALTER TABLE token RENAME COLUMN reused_at TO absent");
    await expect(threads.run(() => summary, goOn)).rejects.toThrow("no such column");
    context.connect().run("ALTER TABLE token RENAME COLUMN absent TO reused_at");
    await context.create();
    expect(isHeld()).toBe(false);
    expect(threads.size).toBe(1);
  });

  test("has few descriptors, however many scans there were", async () => {
    for (let count = 0; count < 25; count += 1)
      await Promise.all([threads.run(() => summary, goOn), threads.run(() => summary, goOn)]);
    expect(threads.size).toBe(2);
    expect(descriptorsOfReaders()).toBeLessThanOrEqual(2);
  });

  test("may be held by another process: a scan waits for it, and everything else goes on", async () => {
    await threads.run(() => summary, goOn);
    await context.add(newToken("atok_1"));
    context.store.close();
    using other = new Database(context.directory.database);
    other.run("BEGIN EXCLUSIVE");
    const reading = threads.run(() => summary, goOn);
    await pause(50);
    expect(peek.status(reading)).toBe("pending");
    other.run("COMMIT");
    expect(await reading).toHaveLength(1);
  });
});

describe("a scan under way", () => {
  test("ends when it has to, long before its end", async () => {
    let refusal: ScanRefusal | null = null;
    const reading = threads.run(endlessTask, () => refusal);
    await pause(50);
    expect(peek.status(reading)).toBe("pending");
    refusal = "too-long";
    await expect(reading).rejects.toMatchObject({ reason: "too-long" });
    expect(threads.size).toBe(1);
  });

  test("holds the store no more when the wait for its end is over", async () => {
    const reading = threads.run(endlessTask, () => null);
    await untilHeld();
    threads.close();
    threads.waitUntilDone();
    expect(isHeld()).toBe(false);
    await expect(reading).rejects.toMatchObject({ reason: "closing" });
  });

  test("is over when the store has closed, which leaves one file", async () => {
    const { query } = endlessTask();
    const reading = context.store.list(query, null);
    await untilHeld();
    context.store.close();
    expect(existsSync(`${context.directory.database}-wal`)).toBe(false);
    await expect(reading).rejects.toMatchObject({ reason: "closing" });
  });
});

describe("a thread that", () => {
  /** Runs two scans, the first one in a thread with this code. */
  async function first(code: string, refusalNow: () => ScanRefusal | null): Promise<unknown> {
    const started = [threadThatRuns(code)];
    threads = new ScanThreads(() => started.pop() ?? startThread());
    const error = await threads.run(() => summary, refusalNow).catch((error: unknown) => error);
    await until(() => threads.size === 0);
    expect(await threads.run(() => summary, goOn)).toEqual([]);
    return error;
  }

  test("crashes makes its scan fail, and the next scan has another one", async () => {
    const error = await first("self.onmessage = () => { throw new Error('out of order'); };", goOn);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(String((error as Error).cause)).toContain("out of order");
  });

  test("stops by itself makes its scan fail, and the next scan has another one", async () => {
    const error = await first("self.onmessage = () => process.exit(3);", goOn);
    expect(error).toBeInstanceOf(StoreUnavailable);
  });

  test("does not end its scan is stopped, and the next scan has another one", async () => {
    const error = await first("self.onmessage = () => { for (;;); };", () => "abandoned");
    expect(error).toMatchObject({ reason: "abandoned" });
  });

  test("cannot be stopped at once keeps its place until it has ended", async () => {
    const pipe = join(context.directory.path, "pipe");
    Bun.spawnSync(["mkfifo", pipe]);
    const started = [
      threadThatRuns(`self.onmessage = () => require("fs").readFileSync(${JSON.stringify(pipe)});`),
    ];
    threads = new ScanThreads(() => started.pop() ?? startThread());
    let hasEnded = false;
    const reading = threads.run(
      () => summary,
      () => "abandoned",
      () => {
        hasEnded = true;
      },
    );
    await expect(reading).rejects.toMatchObject({ reason: "abandoned" });
    expect([hasEnded, threads.size]).toEqual([false, 1]);
    writeFileSync(pipe, "");
    await until(() => hasEnded);
    expect(threads.size).toBe(0);
  });

  test("stops while it has no work is not used again", async () => {
    const answer = "postMessage({ kind: 'answer', json: '[]' }); setTimeout(() => process.exit(0));";
    const dying = threadThatRuns(
      `self.onmessage = ({ data }) => { if (typeof data === "string") { ${answer} } };`,
    );
    const started = [dying];
    threads = new ScanThreads(() => started.pop() ?? startThread());
    expect(await threads.run(() => summary, goOn)).toEqual([]);
    await until(() => !dying.isUsable);
    context.hold([tokenOf("atok_1")]);
    expect(await threads.run(() => summary, goOn)).toHaveLength(1);
  });

  test("has no work for a while stops", async () => {
    threads = new ScanThreads(startThread, 1);
    await threads.run(() => summary, goOn);
    await until(() => threads.size === 0);
    expect(await threads.run(() => summary, goOn)).toEqual([]);
  });
});
