import type { Database } from "bun:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type ScanRefusal, ScanRefused } from "../tokens/scan-refused.ts";
import { ReaderPool } from "./reader-pool.ts";
import { Scan } from "./scan.ts";
import { ScanQueue } from "./scan-queue.ts";
import type { WriteAheadLog } from "./write-ahead-log.ts";

export interface ScanLimits {
  /** How many scans are under way at once. */
  readonly atOnce: number;
  /** How many more may wait. */
  readonly queueLength: number;
  /** How long each may wait, in milliseconds. */
  readonly queueMs: number;
  /** How long a scan may take, in milliseconds: while it reads its moment of the store, the -wal file only grows. */
  readonly scanMs: number;
  /** By how many times its limit the -wal file may grow meanwhile. */
  readonly walGrowth: number;
}

/** What scans need of the -wal file. */
type ScannedWal = Pick<WriteAheadLog, "size" | "limit" | "isTooLarge" | "tryToCut">;

export const SCAN_LIMITS: ScanLimits = {
  atOnce: 2,
  queueLength: 16,
  queueMs: 10_000,
  scanMs: 30_000,
  walGrowth: 3,
};

/**
 * Lets reads that look at many rows go on a few at a time, each on one moment of the store and in slices, so that
 * they never keep other requests waiting. Every such read goes through here.
 */
export class Scans {
  readonly #readers: ReaderPool;
  readonly #wal: ScannedWal;
  readonly #limits: ScanLimits;
  readonly #queue: ScanQueue;
  #running = 0;
  #isClosed = false;
  #lastTurn: Promise<void> = Promise.resolve();

  /** Scans of the database file at `path`, whose -wal file is `wal`. */
  constructor(path: string, wal: ScannedWal, limits = SCAN_LIMITS) {
    this.#readers = new ReaderPool(path);
    this.#wal = wal;
    this.#limits = limits;
    this.#queue = new ScanQueue(limits.queueLength, limits.queueMs);
  }

  /** How many scans are under way. */
  get running(): number {
    return this.#running;
  }

  /** Runs `read` once it is its turn. Throws ScanRefused where that is not soon, or where the scan is to end. */
  async run<T>(signal: AbortSignal | null, read: (scan: Scan) => Promise<T>): Promise<T> {
    if (!this.#begins(signal)) await this.#queue.wait(signal);
    try {
      return await this.#readers.withSnapshot((reader) => read(this.#scan(reader, signal)));
    } finally {
      this.#running -= 1;
      this.#callNext();
    }
  }

  /** Refuses every scan from now on, and ends those under way with their next slice. */
  close(): void {
    this.#isClosed = true;
    this.#queue.close();
    this.#readers.close();
  }

  /** Whether a scan begins at once, and not after others. */
  #begins(signal: AbortSignal | null): boolean {
    const refusal = this.#refusal(signal);
    if (refusal !== null) throw new ScanRefused(refusal);
    if (!this.#queue.isEmpty || !this.#hasRoom()) return false;
    this.#running += 1;
    return true;
  }

  #callNext(): void {
    while (!this.#queue.isEmpty && this.#hasRoom()) {
      this.#running += 1;
      this.#queue.callNext();
    }
  }

  /** While scans overlap, the -wal file is never cut: where it is too large, they end first. */
  #hasRoom(): boolean {
    if (this.#running >= this.#limits.atOnce) return false;
    if (!this.#wal.isTooLarge) return true;
    if (this.#running > 0) return false;
    this.#wal.tryToCut();
    return true;
  }

  #scan(reader: Database, signal: AbortSignal | null): Scan {
    const deadline = performance.now() + this.#limits.scanMs;
    const walSizeMax = this.#wal.size + this.#limits.walGrowth * this.#wal.limit;
    const isOver = () => performance.now() > deadline || this.#wal.size > walSizeMax;
    return new Scan(reader, async () => {
      await this.#nextTurn();
      const refusal = this.#refusal(signal) ?? (isOver() ? "too-long" : null);
      if (refusal !== null) throw new ScanRefused(refusal);
    });
  }

  #refusal(signal: AbortSignal | null): ScanRefusal | null {
    if (this.#isClosed) return "closing";
    return signal?.aborted === true ? "abandoned" : null;
  }

  /** One slice in each turn of the event loop, of whichever scan: others wait for one slice and not for several. */
  #nextTurn(): Promise<void> {
    this.#lastTurn = this.#lastTurn.then(() => nextTurn());
    return this.#lastTurn;
  }
}
