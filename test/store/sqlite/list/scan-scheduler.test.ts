import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  SCAN_LIMITS,
  type ScanLimits,
  ScanScheduler,
} from "../../../../src/store/sqlite/list/scan-scheduler.ts";
import type { RefusalNow } from "../../../../src/store/sqlite/list/scan-thread.ts";
import { ScanRefused } from "../../../../src/tokens/listing/scan-error.ts";
import { StoreUnavailable } from "../../../../src/tokens/token-store.ts";
import { TEST_LIMIT_MS } from "../../../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** A -wal file of which a test says how large it is. */
class PlayedWal {
  isTooLarge = false;
  size = 0;
  readonly limit = 100;
  cuts = 0;
  tryToCut(): void {
    this.cuts += 1;
  }
}

const QUERY = { now: 0, until: 0, reusedSince: 0 };

type Play = (refusalNow: RefusalNow) => Promise<unknown>;

/** Plays scans in place of threads. */
class PlayedThreads {
  /** Plays the scan whose query was asked for last. */
  play: Play = async () => undefined;
  isClosed = false;

  async run(task: () => unknown, refusalNow: RefusalNow, onEnd: () => void): Promise<never> {
    try {
      task();
      return (await this.play(refusalNow)) as never;
    } finally {
      onEnd();
    }
  }

  close(): void {
    this.isClosed = true;
  }

  waitUntilDone(): void {}
}

let wal: PlayedWal;
let threads: PlayedThreads;
let scans: ScanScheduler;
const opened: ScanScheduler[] = [];

beforeEach(() => {
  wal = new PlayedWal();
  limitScans({});
});

afterEach(() => {
  for (const scans of opened.splice(0)) scans.close();
});

/** Takes a scheduler with these limits. */
function limitScans(limits: Partial<ScanLimits>): void {
  const all = { ...SCAN_LIMITS, atOnce: 2, queueLength: 2, queueMs: TEST_LIMIT_MS, ...limits };
  threads = new PlayedThreads();
  scans = new ScanScheduler(threads, wal, all);
  opened.push(scans);
}

/** Asks for a scan that is played in this way. */
async function runScan(play: Play, { token, signal }: Caller = PUBLISHER): Promise<unknown> {
  const queryNow = () => {
    threads.play = play;
    return QUERY;
  };
  return await scans.run(token === null ? null : { token, signal }, "summary", queryNow);
}

interface Caller {
  /** Null for Publisher itself. */
  readonly token: string | null;
  readonly signal: AbortSignal;
}

const PUBLISHER: Caller = { token: null, signal: new AbortController().signal };

/** A scan that goes on until a test ends it, or it has to end. */
class EndlessScan {
  hasBegun = false;
  readonly ended: Promise<string>;
  readonly controller = new AbortController();
  #isDone = false;

  /** Each has a caller of its own, unless a token is named. */
  constructor(token = crypto.randomUUID() as string) {
    this.ended = runScan((refusalNow) => this.#go(refusalNow), { token, signal: this.controller.signal })
      .then(() => "done")
      .catch((error) => (error instanceof ScanRefused ? error.reason : String(error)));
  }

  end(): void {
    this.#isDone = true;
  }

  async #go(refusalNow: RefusalNow): Promise<void> {
    this.hasBegun = true;
    while (!this.#isDone) {
      await nextTurn();
      const refusal = refusalNow();
      if (refusal !== null) throw new ScanRefused(refusal);
    }
  }
}

function several(count: number, token?: string): readonly EndlessScan[] {
  return Array.from({ length: count }, () => new EndlessScan(token));
}

async function endsOf(scans: readonly (EndlessScan | undefined)[]): Promise<readonly (string | undefined)[]> {
  return await Promise.all(scans.map((scan) => scan?.ended));
}

/** A scan that ends when it is let go. */
function heldScan() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { ended: runScan(() => promise), letGo: resolve };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

function begun(scans: readonly EndlessScan[]): readonly boolean[] {
  return scans.map(({ hasBegun }) => hasBegun);
}

describe("places", () => {
  test("are for a few scans at once; others wait, first come first served, as long as the queue has room", async () => {
    const five = several(5);
    expect(await five[4]?.ended).toBe("too-many");
    expect(begun(five)).toEqual([true, true, false, false, false]);
    five[1]?.end();
    await until(() => five[2]?.hasBegun === true);
    expect(begun(five)).toEqual([true, true, true, false, false]);
    expect(scans.running).toBe(2);
    for (const scan of five) scan.end();
    expect(await endsOf(five)).toEqual(["done", "done", "done", "done", "too-many"]);
    expect(scans.running).toBe(0);
    expect(await runScan(async () => "fine")).toBe("fine");
  });

  test("are refused to those that waited too long", async () => {
    limitScans({ queueMs: 20 });
    const three = several(3);
    expect(await three[2]?.ended).toBe("too-many");
    expect(begun(three)).toEqual([true, true, false]);
  });
});

describe("one caller", () => {
  test("has as many places as there are if it is Publisher itself", async () => {
    const both = [heldScan(), heldScan()];
    expect(scans.running).toBe(2);
    for (const { letGo } of both) letGo();
    await Promise.all(both.map(({ ended }) => ended));
  });

  test("has one place, and leaves the other one to others", async () => {
    const greedy = several(2, "greedy");
    const other = new EndlessScan("other");
    await until(() => other.hasBegun);
    expect([begun(greedy), scans.running]).toEqual([[true, false], 2]);
    other.end();
    await other.ended;
    expect([begun(greedy), scans.running]).toEqual([[true, false], 1]);
    greedy[0]?.end();
    await until(() => greedy[1]?.hasBegun === true);
  });

  test("has a share of the queue, and is refused beyond that while others are not", async () => {
    limitScans({ queueLength: 4, queueLengthPerCaller: 2 });
    const greedy = several(4, "greedy");
    expect(await greedy[3]?.ended).toBe("too-many");
    const other = several(3, "other");
    await until(() => other[0]?.hasBegun === true);
    expect(await new EndlessScan("third").ended).toBe("too-many");
    for (const scan of [...greedy, ...other]) scan.end();
    const done = ["done", "done", "done"];
    expect(await endsOf([...greedy, ...other])).toEqual([...done, "too-many", ...done]);
  });

  test("waits for its turn behind others who came later, but have had none", async () => {
    limitScans({ atOnce: 1, queueLength: 10, queueLengthPerCaller: 3 });
    const order: string[] = [];
    const running = heldScan();
    const { signal } = new AbortController();
    const all = ["a", "a", "a", "b", "b", "c"].map((token, index) =>
      runScan(async () => void order.push(`${token}${index}`), { token, signal }),
    );
    running.letGo();
    await Promise.all([running.ended, ...all]);
    expect(order).toEqual(["a0", "b3", "c5", "a1", "b4", "a2"]);
  });
});

test("a scan ends when nobody waits for it, and its place goes to the next one", async () => {
  limitScans({ atOnce: 1 });
  const [one, two] = several(2);
  one?.controller.abort();
  expect(await one?.ended).toBe("abandoned");
  await until(() => two?.hasBegun === true);
});

test("a scan that waits leaves the queue when nobody waits for it", async () => {
  const [one, two, three, four] = several(4);
  three?.controller.abort();
  expect(await three?.ended).toBe("abandoned");
  const five = new EndlessScan();
  expect(await new EndlessScan().ended).toBe("too-many");
  one?.end();
  two?.end();
  await until(() => four?.hasBegun === true && five.hasBegun);
  expect([three?.hasBegun, scans.running]).toEqual([false, 2]);
});

test("a place is not lost to a scan that leaves the queue in the moment that the place is free", async () => {
  limitScans({ atOnce: 1 });
  for (let delay = 0; delay < 12; delay += 1) {
    const other = new AbortController();
    const holding = heldScan();
    const waiting = runScan(async () => "begun", { token: "atok_1", signal: other.signal });
    holding.letGo();
    for (let microtask = 0; microtask < delay; microtask += 1) await null;
    other.abort();
    await Promise.allSettled([holding.ended, waiting]);
    expect([delay, scans.running]).toEqual([delay, 0]);
  }
});

test("a scan that nobody waits for any more does not begin", async () => {
  const refused = runScan(async () => "begun", { token: "atok_1", signal: AbortSignal.abort() });
  await expect(refused).rejects.toMatchObject({ reason: "abandoned" });
  await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
});

test("a scan that takes too long ends", async () => {
  limitScans({ scanMs: 20 });
  expect(await new EndlessScan().ended).toBe("too-long");
});

test("closing ends scans at once, also in the queue behind one that goes on, and refuses new ones", async () => {
  const slow = heldScan();
  const three = several(3);
  await nextTurn();
  scans.close();
  expect(await endsOf([...three, new EndlessScan()])).toEqual(Array(4).fill("closing"));
  expect(threads.isClosed).toBe(true);
  slow.letGo();
  await slow.ended;
  expect(begun(three)).toEqual([true, false, false]);
});

describe("while the -wal file is too large", () => {
  test("new scans wait until those under way have ended, and begin one at a time where it cannot be cut", async () => {
    const one = new EndlessScan();
    wal.isTooLarge = true;
    const two = new EndlessScan();
    wal.isTooLarge = false;
    const three = new EndlessScan();
    wal.isTooLarge = true;
    await nextTurn();
    expect([...begun([one, two, three]), wal.cuts]).toEqual([true, false, false, 0]);
    one.end();
    await until(() => two.hasBegun);
    expect([three.hasBegun, wal.cuts]).toEqual([false, 1]);
    two.end();
    await until(() => three.hasBegun);
    expect(wal.cuts).toBe(2);
  });

  test("a scan ends that let it grow to several times its limit, but not one that found it so", async () => {
    const one = new EndlessScan();
    wal.size = 300;
    const two = new EndlessScan();
    await until(() => two.hasBegun);
    wal.size = 301;
    expect(await one.ended).toBe("too-long");
    two.end();
    expect(await two.ended).toBe("done");
  });
});
