import type { ScanCaller } from "../../../tokens/listing/scan-caller.ts";
import { type ScanRefusal, ScanRefused } from "../../../tokens/listing/scan-error.ts";
import type { WriteAheadLog } from "../file/write-ahead-log.ts";
import { type CallerId, type QueueLimits, ScanQueue } from "./scan-queue.ts";
import type { ScanAnswer, ScanKind, ScanQuery } from "./scan-task.ts";
import type { RefusalNow } from "./scan-thread.ts";
import type { ScanThreads } from "./scan-threads.ts";

export interface ScanLimits extends QueueLimits {
  /** The most scans at once. */
  readonly atOnce: number;
  /** The most scans of one caller at once. */
  readonly atOncePerCaller: number;
  /** How long a scan may take, in milliseconds. While it holds its snapshot, the -wal file only grows. */
  readonly scanMs: number;
  /** By how many times its limit the -wal file may grow meanwhile. */
  readonly walGrowth: number;
}

/** The part of ScanThreads that runs scans. */
type ScanRunner = Pick<ScanThreads, "run" | "close" | "waitUntilDone">;

/** The parts of the -wal file that scans use. */
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
 * Runs reads of many rows: a few at a time, each on a snapshot of the store and in another thread, so that other requests
 * do not wait. One caller cannot take all places. Every such read goes through here.
 */
export class ScanScheduler {
  readonly #threads: ScanRunner;
  readonly #wal: ScannedWal;
  readonly #limits: ScanLimits;
  readonly #queue: ScanQueue;
  readonly #running: CallerId[] = [];
  #isClosed = false;

  /** For threads that read a database file, with its -wal file. */
  constructor(threads: ScanRunner, wal: ScannedWal, limits = SCAN_LIMITS) {
    this.#threads = threads;
    this.#wal = wal;
    this.#limits = limits;
    this.#queue = new ScanQueue(limits);
  }

  /** The number of scans under way. */
  get running(): number {
    return this.#running.length;
  }

  /**
   * Runs a scan when its turn comes, with the query that `queryNow` returns then. Throws ScanRefused where it waits too long,
   * or where the scan has to end.
   */
  async run<Kind extends ScanKind>(
    caller: ScanCaller | null,
    kind: Kind,
    queryNow: () => ScanQuery<Kind>,
  ): Promise<ScanAnswer<Kind>> {
    const id = caller?.token ?? null;
    if (!this.#begins(caller)) await this.#queue.wait(caller);
    return await this.#threads.run(
      () => ({ kind, query: queryNow() }),
      this.#watch(caller),
      () => {
        this.#running.splice(this.#running.indexOf(id), 1);
        this.#callNext();
      },
    );
  }

  /** Refuses every scan from now on, and ends those under way. */
  close(): void {
    this.#isClosed = true;
    this.#queue.close();
    this.#threads.close();
  }

  /** After `close`: blocks until no scan has the store open. */
  waitUntilDone(): void {
    this.#threads.waitUntilDone();
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

  /** The first waiting caller that may run another scan. */
  #next(): CallerId | undefined {
    return this.#queue.callers.find((id) => this.#mayBegin(id));
  }

  #mayBegin(id: CallerId): boolean {
    return id === null || this.#running.filter((other) => other === id).length < this.#limits.atOncePerCaller;
  }

  /** While scans overlap, the -wal file cannot be cut. Where it is too large, they end first. */
  #hasRoom(): boolean {
    if (this.#running.length >= this.#limits.atOnce) return false;
    if (!this.#wal.isTooLarge) return true;
    if (this.#running.length > 0) return false;
    this.#wal.tryToCut();
    return true;
  }

  /** Returns a function that says why a scan that begins now has to end. */
  #watch(caller: ScanCaller | null): RefusalNow {
    const deadline = performance.now() + this.#limits.scanMs;
    const walSizeMax = this.#wal.size + this.#limits.walGrowth * this.#wal.limit;
    const isOver = () => performance.now() > deadline || this.#wal.size > walSizeMax;
    return () => this.#refusal(caller) ?? (isOver() ? "too-long" : null);
  }

  #refusal(caller: ScanCaller | null): ScanRefusal | null {
    if (this.#isClosed) return "closing";
    return caller?.signal.aborted === true ? "abandoned" : null;
  }
}
