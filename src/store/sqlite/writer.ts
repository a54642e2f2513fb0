import type { Database } from "bun:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { type ChangeOutcome, type SpaceUse, StoreUnavailable } from "../../tokens/token-store.ts";
import { OutOfSpace, type Reserve } from "./disk-space-reserve.ts";
import type { OpenedFiles } from "./file/opened-files.ts";
import { cutWal, walState } from "./file/write-ahead-log.ts";
import { schemaVersion } from "./schema.ts";
import { isBusy, isFull, isIoError, isStorageError, mayBeOutOfSpace } from "./sqlite-errors.ts";

/** How long a change waits in total for other changes and for other processes that write. */
const PATIENCE_MS = 5000;
const RETRY_MS = 10;

export interface WriteOptions {
  /** How long to wait while another process writes; 5 seconds if left out. */
  readonly patienceMs?: number;
  /** Whether it may use the space that is reserved for revocations. */
  readonly usesReserve?: boolean;
  /** Called as soon as the transaction is on disk, before anything else can read it. */
  readonly onWritten?: () => void;
}

export interface WriterParts {
  readonly database: Database;
  readonly files: OpenedFiles;
  readonly reserve: Reserve;
  /** Throws StoreUnavailable where nothing more may be written. */
  readonly requireServed?: () => void;
}

/**
 * Writes to the store, one transaction at a time. While another process writes, the first write tries again and the
 * others queue behind it; reading goes on.
 */
export class Writer {
  readonly #database: Database;
  readonly #files: OpenedFiles;
  readonly #reserve: Reserve;
  readonly #requireServed: () => void;
  #last: Promise<unknown> = Promise.resolve();
  #hasFailedCommit = false;
  #trouble: StoreUnavailable | null = null;

  constructor({ database, files, reserve, requireServed = () => undefined }: WriterParts) {
    this.#database = database;
    this.#files = files;
    this.#reserve = reserve;
    this.#requireServed = requireServed;
  }

  /** Why the latest write failed; null if it succeeded. */
  get trouble(): StoreUnavailable | null {
    return this.#trouble;
  }

  /**
   * Runs `work` as one transaction, which is on disk before this resolves. Throws StoreUnavailable if the storage
   * fails, and the errors of `work`; both undo the transaction.
   */
  async write<T>(work: () => T, options: WriteOptions = {}): Promise<T> {
    const { patienceMs = PATIENCE_MS, usesReserve = false, onWritten = () => undefined } = options;
    const deadline = performance.now() + patienceMs;
    const all = { patienceMs, usesReserve, onWritten };
    const written = this.#last.then(() => this.#untilWritten(work, all, deadline));
    this.#last = written.catch(() => undefined);
    return await written;
  }

  /**
   * Makes the reserve if it is missing. After a failure, tries a write that changes nothing. Throws StoreUnavailable as
   * long as changes fail.
   */
  async recover(): Promise<void> {
    try {
      this.#requireFiles();
      this.#requireSpace();
    } catch (error) {
      throw this.#failure(error, 0);
    }
    if (!this.#hasFailedCommit && this.#trouble === null) return;
    await this.write(() => this.#writeVersion(), { patienceMs: 0 });
  }

  async #untilWritten<T>(
    work: () => T,
    { patienceMs, usesReserve, onWritten }: Required<WriteOptions>,
    deadline: number,
  ): Promise<T> {
    const ways = usesReserve ? this.#waysToMakeRoom() : [];
    for (;;) {
      try {
        const outcome = this.#attempt(work, usesReserve);
        onWritten();
        // Other changes may fail although a revocation fits into the reserve.
        if (!usesReserve) this.#trouble = null;
        // For each revocation the -wal file takes far more space than the database.
        else if (this.#isFull) this.#truncateWal();
        return outcome;
      } catch (error) {
        if (isBusy(error) && performance.now() <= deadline) await pause(RETRY_MS);
        else if (!(mayBeOutOfSpace(error) && ways.shift()?.()))
          throw this.#failure(error, patienceMs, usesReserve ? "revocations" : "changes");
      }
    }
  }

  #attempt<T>(work: () => T, usesReserve: boolean): T {
    this.#requireServed();
    this.#requireFiles();
    if (this.#hasFailedCommit) this.#overwriteFirst();
    if (!usesReserve) this.#requireSpace();
    return this.#transaction(work);
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#database.transaction(work).immediate();
    } catch (error) {
      if (isIoError(error)) this.#undo();
      throw error;
    }
  }

  /** For every change but a revocation. Asks for more than the change needs: a few bytes may fit on a nearly full disk. */
  #requireSpace(): void {
    asUnavailable(() => {
      this.#reserve.require();
      this.#reserve.requireRoom();
    });
  }

  /** Other processes would not see a change to a file that is not at its path any more. */
  #requireFiles(): void {
    const { replaced } = this.#files;
    if (replaced !== null)
      throw unavailable(new Error(`${replaced} was removed, replaced or closed to this user`));
  }

  /**
   * SQLite rolls back a commit that it could not sync, but leaves it whole in the -wal file, where a start after a crash
   * would find it. The next commit overwrites it: https://www.sqlite.org/fileformat.html#the_write_ahead_log
   */
  #undo(): void {
    this.#hasFailedCommit = true;
    try {
      this.#overwrite();
    } catch {
      return;
    }
  }

  /** Comes before a change, which has not been tried yet. */
  #overwriteFirst(): void {
    try {
      this.#overwrite();
    } catch (error) {
      throw isBusy(error) ? error : unavailable(error);
    }
  }

  #overwrite(): void {
    this.#database.transaction(() => this.#writeVersion()).immediate();
    this.#hasFailedCommit = false;
  }

  #writeVersion(): void {
    this.#database.run(`PRAGMA user_version = ${schemaVersion(this.#database)}`);
  }

  /**
   * Steps that make room on a full disk. Try each once: a failed write lets the -wal file grow, and so the last step would
   * find room again and again.
   */
  #waysToMakeRoom(): (() => boolean)[] {
    return [() => this.#reserve.release() || this.#truncateWal(), () => this.#truncateWal()];
  }

  /** Whether the latest write that failed found the disk full. */
  get #isFull(): boolean {
    return this.#trouble !== null && this.#trouble.lacksSpaceFor !== null;
  }

  /** Returns whether the -wal file became smaller. */
  #truncateWal(): boolean {
    const { filename } = this.#database;
    const { size } = walState(filename);
    try {
      cutWal(this.#database);
    } catch {
      return false;
    }
    return walState(filename).size < size;
  }

  #failure(error: unknown, patienceMs: number, use: SpaceUse = "changes"): unknown {
    if (!(error instanceof StoreUnavailable) && !isStorageError(error)) return error;
    // Another process writes at this moment. For a write that does not wait, that is no failure of the store.
    if (isBusy(error) && this.#trouble === null && patienceMs === 0) return unavailable(error);
    const outcome = this.#hasFailedCommit && isIoError(error) ? "unknown" : "unchanged";
    this.#trouble =
      error instanceof StoreUnavailable ? error : unavailable(error, outcome, isFull(error) ? use : null);
    return this.#trouble;
  }
}

/** Runs a check. Throws StoreUnavailable if it fails. */
function asUnavailable(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw unavailable(error, "unchanged", error instanceof OutOfSpace ? "changes" : null);
  }
}

function unavailable(
  cause: unknown,
  outcome: ChangeOutcome = "unchanged",
  lacksSpaceFor: SpaceUse | null = null,
): StoreUnavailable {
  return new StoreUnavailable("the store cannot be changed now", { cause, outcome, lacksSpaceFor });
}
