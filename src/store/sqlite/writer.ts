import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { type SpaceUse, StoreUnavailable } from "../../tokens/token-store.ts";
import { isBusy, isFull, isIoError, isStorageError, mayBeOutOfSpace } from "./sqlite-errors.ts";
import { Transactions, type TransactionsParts, unavailable } from "./transactions.ts";
import { WaitingWrite, type WriteOptions } from "./waiting-write.ts";

const RETRY_MS = 10;

/** How long the work of a shared transaction takes at most, but for its last write. Nothing else runs meanwhile. */
const SHARED_MS = 2;

/** How long writes wait for more, as long as each turn of the event loop brings more. */
const GATHERING_MS = 2;

/** How long more writes are expected after some that came together. */
const TOGETHER_MS = 20;

/** The facts about a write that its failure depends on. */
type Failing = Partial<Pick<WaitingWrite, "patienceMs" | "usesReserve" | "isUncertain">>;

/**
 * Writes to the store. Writes that wait at the same time share one transaction, and so one sync of the disk; each is
 * undone alone if it fails. While another process writes, the first write tries again and the others queue behind it;
 * reading goes on.
 */
export class Writer {
  readonly #transactions: Transactions;
  #waiting: WaitingWrite[] = [];
  #isWriting = false;
  #wroteInThisTurn = false;
  /** Until when writes that came together let others be expected, by `performance.now()`. */
  #togetherUntil = 0;
  /** How many of the next writes share no transaction, since one that they shared failed. */
  #apart = 0;
  #trouble: StoreUnavailable | null = null;

  constructor(parts: TransactionsParts) {
    this.#transactions = new Transactions(parts);
  }

  /** Why the latest write failed; null if it succeeded. */
  get trouble(): StoreUnavailable | null {
    return this.#trouble;
  }

  /**
   * Runs `work` in a transaction, which is on disk before this resolves. `work` runs again if the transaction is tried
   * again. Throws StoreUnavailable if the storage fails, and the errors of `work`; both undo everything that `work` did.
   */
  async write<T>(work: () => T, options: WriteOptions = {}): Promise<T> {
    const write = new WaitingWrite(work, options);
    this.#waiting.push(write);
    if (!this.#isWriting) void this.#writeAll();
    return await write.written;
  }

  /**
   * Makes the reserve if it is missing. After a failure, tries a write that changes nothing. Throws StoreUnavailable as
   * long as changes fail.
   */
  async recover(): Promise<void> {
    try {
      this.#transactions.check();
    } catch (error) {
      throw this.#failure(error);
    }
    if (!this.#transactions.hasFailedCommit && this.#trouble === null) return;
    await this.write(() => this.#transactions.writeVersion(), { patienceMs: 0, isLong: true });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      if (this.#expectsMore) await this.#gather();
      this.#noteWrite();
      await this.#writeNext();
    }
    this.#isWriting = false;
  }

  /** A lone write waits for nobody. Others of the same turn of the event loop may come with more of them. */
  get #expectsMore(): boolean {
    return this.#wroteInThisTurn || performance.now() < this.#togetherUntil;
  }

  #noteWrite(): void {
    if (this.#waiting.length > 1) this.#togetherUntil = performance.now() + TOGETHER_MS;
    if (this.#wroteInThisTurn) return;
    this.#wroteInThisTurn = true;
    setImmediate(() => {
      this.#wroteInThisTurn = false;
    });
  }

  /** Lets the event loop turn, as long as each turn brings more writes. */
  async #gather(): Promise<void> {
    const until = performance.now() + GATHERING_MS;
    let count: number;
    do {
      count = Math.max(this.#waiting.length, 1);
      await nextTurn();
    } while (this.#waiting.length > count && performance.now() < until);
  }

  async #writeNext(): Promise<void> {
    const [first, second] = this.#waiting;
    if (first === undefined) return;
    const isShared = this.#apart === 0 && !first.isLong && second?.isLong === false;
    if (isShared) this.#writeTogether();
    else await this.#writeAlone(first);
  }

  #writeTogether(): void {
    const end = this.#waiting.findIndex(({ isLong }) => isLong);
    const candidates = end === -1 ? this.#waiting : this.#waiting.slice(0, end);
    const usesReserve = candidates.every((write) => write.usesReserve);
    const done: WaitingWrite[] = [];
    let isCommitting = false;
    try {
      this.#transactions.run(() => {
        this.#runParts(candidates, done);
        isCommitting = true;
      }, usesReserve);
    } catch (error) {
      // Nothing is written yet: each goes on alone, for the answer that is its own.
      if (!(isCommitting && isIoError(error))) this.#apart = Math.max(done.length, 1);
      else this.#failTogether(done, error);
      return;
    }
    this.#waiting = this.#waiting.slice(done.length);
    for (const write of done) write.answer();
    this.#succeeded(usesReserve);
  }

  /** Runs the first writes, each so that it can be undone alone, and adds them to `done`. */
  #runParts(candidates: readonly WaitingWrite[], done: WaitingWrite[]): void {
    const until = performance.now() + SHARED_MS;
    for (const write of candidates) {
      done.push(write);
      this.#runPart(write);
      if (performance.now() > until) return;
    }
  }

  #runPart(write: WaitingWrite): void {
    try {
      this.#transactions.runPart(write.run);
    } catch (error) {
      if (isOfStorage(error) || !this.#transactions.isUnderWay) throw error;
      write.fail(error);
    }
  }

  /** After a failed commit. More space can let a revocation succeed: it stays in the queue. */
  #failTogether(writes: readonly WaitingWrite[], error: unknown): void {
    const failure = this.#failure(error);
    const again = mayBeOutOfSpace(error) ? writes.filter(({ usesReserve }) => usesReserve) : [];
    this.#waiting = [...again, ...this.#waiting.slice(writes.length)];
    this.#apart = again.length;
    for (const write of again) write.isUncertain = this.#transactions.hasFailedCommit;
    for (const write of writes) if (!again.includes(write)) write.reject(failure);
  }

  async #writeAlone(write: WaitingWrite): Promise<void> {
    const ways = write.usesReserve ? this.#transactions.waysToMakeRoom() : [];
    while (!this.#triesAlone(write, ways)) await pause(RETRY_MS);
    this.#waiting.shift();
    this.#apart = Math.max(this.#apart - 1, 0);
  }

  /** Returns false while another process writes: try again later. */
  #triesAlone(write: WaitingWrite, ways: (() => boolean)[]): boolean {
    try {
      this.#transactions.run(write.run, write.usesReserve);
    } catch (error) {
      if (isIoError(error)) write.isUncertain = this.#transactions.hasFailedCommit;
      if (isBusy(error) && write.isPatient) return false;
      if (mayBeOutOfSpace(error) && ways.shift()?.() === true) return this.#triesAlone(write, ways);
      write.reject(this.#failure(error, write));
      return true;
    }
    write.answer();
    this.#succeeded(write.usesReserve);
    return true;
  }

  #succeeded(usesReserve: boolean): void {
    // Other changes may fail although a revocation fits into the reserve.
    if (!usesReserve) this.#trouble = null;
    // For each revocation the -wal file takes far more space than the database.
    else if (this.#isFull) this.#transactions.truncateWal();
  }

  /** Whether the latest write that failed found the disk full. */
  get #isFull(): boolean {
    return this.#trouble !== null && this.#trouble.lacksSpaceFor !== null;
  }

  #failure(
    error: unknown,
    { patienceMs = 0, usesReserve = false, isUncertain = false }: Failing = {},
  ): unknown {
    if (!isOfStorage(error)) return error;
    // Another process writes at this moment. For a write that does not wait, that is no failure of the store.
    if (isBusy(error) && this.#trouble === null && patienceMs === 0) return unavailable(error);
    const isUnknown = this.#transactions.hasFailedCommit && (isUncertain || isIoError(error));
    this.#trouble = asUnavailable(error, isUnknown, usesReserve ? "revocations" : "changes");
    return this.#trouble;
  }
}

function isOfStorage(error: unknown): boolean {
  return error instanceof StoreUnavailable || isStorageError(error);
}

function asUnavailable(error: unknown, isUnknown: boolean, use: SpaceUse): StoreUnavailable {
  if (!(error instanceof StoreUnavailable))
    return unavailable(error, isUnknown ? "unknown" : "unchanged", isFull(error) ? use : null);
  return isUnknown ? unavailable(error.cause, "unknown", error.lacksSpaceFor) : error;
}
