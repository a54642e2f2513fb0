import type { Database } from "bun:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ScanCaller } from "../../../tokens/listing/scan-caller.ts";
import { type ScanRefusal, ScanRefused } from "../../../tokens/listing/scan-error.ts";
import type { WriteAheadLog } from "../file/write-ahead-log.ts";
import { ReaderPool } from "./reader-pool.ts";
import { Scan } from "./scan.ts";
import { type CallerId, type QueueLimits, ScanQueue } from "./scan-queue.ts";

export interface ScanLimits extends QueueLimits {
  /** How many scans are under way at once. */
  readonly atOnce: number;
  /** How many scans of one caller are under way at once. */
  readonly atOncePerCaller: number;
  /** How long a scan may take, in milliseconds: while it reads its moment of the store, the -wal file only grows. */
  readonly scanMs: number;
  /** By how many times its limit the -wal file may grow meanwhile. */
  readonly walGrowth: number;
}

/** What scans need of the -wal file. */
type ScannedWal = Pick<WriteAheadLog, "size" | "limit" | "isTooLarge" | "tryToCut">;

export const SCAN_LIMITS: ScanLimits = {
  atOnce: 2,
  atOncePerCaller: 1,
  queueLength: 16,
  queueLengthPerCaller: 6,
  queueMs: 10_000,
  scanMs: 30_000,
  walGrowth: 3,
};

/**
 * Lets reads that look at many rows go on a few at a time, each on one moment of the store and in slices, so that
 * they never keep other requests waiting, and so that one caller leaves places for others. Every such read goes through here.
 */
export class Scans {
  readonly #readers: ReaderPool;
  readonly #wal: ScannedWal;
  readonly #limits: ScanLimits;
  readonly #queue: ScanQueue;
  readonly #running: CallerId[] = [];
  #isClosed = false;
  #lastTurn: Promise<void> = Promise.resolve();

  /** Scans of the database file at `path`, whose -wal file is `wal`. */
  constructor(path: string, wal: ScannedWal, limits = SCAN_LIMITS) {
    this.#readers = new ReaderPool(path);
    this.#wal = wal;
    this.#limits = limits;
    this.#queue = new ScanQueue(limits);
  }

  /** How many scans are under way. */
  get running(): number {
    return this.#running.length;
  }

  /** Runs `read` once it is its turn. Throws ScanRefused where that is not soon, or where the scan is to end. */
  async run<T>(caller: ScanCaller | null, read: (scan: Scan) => Promise<T>): Promise<T> {
    const id = caller?.token ?? null;
    if (!this.#begins(caller)) await this.#queue.wait(caller);
    try {
      return await this.#readers.withSnapshot((reader) => read(this.#scan(reader, caller)));
    } finally {
      this.#running.splice(this.#running.indexOf(id), 1);
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
  #begins(caller: ScanCaller | null): boolean {
    const refusal = this.#refusal(caller);
    if (refusal !== null) throw new ScanRefused(refusal);
    const id = caller?.token ?? null;
    if (this.#next() !== undefined || !this.#mayBegin(id) || !this.#hasRoom()) return false;
    this.#running.push(id);
    return true;
  }

  #callNext(): void {
    for (let next = this.#next(); next !== undefined && this.#hasRoom(); next = this.#next()) {
      this.#running.push(next);
      this.#queue.call(next);
    }
  }

  /** Of those who wait, the first who has not its share already. */
  #next(): CallerId | undefined {
    return this.#queue.callers.find((id) => this.#mayBegin(id));
  }

  #mayBegin(id: CallerId): boolean {
    return id === null || this.#running.filter((other) => other === id).length < this.#limits.atOncePerCaller;
  }

  /** While scans overlap, the -wal file is never cut: where it is too large, they end first. */
  #hasRoom(): boolean {
    if (this.#running.length >= this.#limits.atOnce) return false;
    if (!this.#wal.isTooLarge) return true;
    if (this.#running.length > 0) return false;
    this.#wal.tryToCut();
    return true;
  }

  #scan(reader: Database, caller: ScanCaller | null): Scan {
    const deadline = performance.now() + this.#limits.scanMs;
    const walSizeMax = this.#wal.size + this.#limits.walGrowth * this.#wal.limit;
    const isOver = () => performance.now() > deadline || this.#wal.size > walSizeMax;
    return new Scan(reader, async () => {
      await this.#nextTurn();
      const refusal = this.#refusal(caller) ?? (isOver() ? "too-long" : null);
      if (refusal !== null) throw new ScanRefused(refusal);
    });
  }

  #refusal(caller: ScanCaller | null): ScanRefusal | null {
    if (this.#isClosed) return "closing";
    return caller?.signal.aborted === true ? "abandoned" : null;
  }

  /** One slice in each turn of the event loop, of whichever scan: others wait for one slice and not for several. */
  #nextTurn(): Promise<void> {
    this.#lastTurn = this.#lastTurn.then(() => nextTurn());
    return this.#lastTurn;
  }
}
