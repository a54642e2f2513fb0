import type { Database } from "bun:sqlite";
import { type ChangeOutcome, type SpaceUse, StoreUnavailable } from "../../tokens/token-store.ts";
import { OutOfSpace, type Reserve } from "./disk-space-reserve.ts";
import type { OpenedFiles } from "./file/opened-files.ts";
import { cutWal, walState } from "./file/write-ahead-log.ts";
import { schemaVersion } from "./schema.ts";
import { isBusy, isIoError } from "./sqlite-errors.ts";

export interface TransactionsParts {
  readonly database: Database;
  readonly files: OpenedFiles;
  readonly reserve: Reserve;
  /** Throws StoreUnavailable where nothing more may be written. */
  readonly requireServed?: () => void;
}

/**
 * Transactions that change the store. Each is on disk once `run` returns. Each comes after checks of the files and of the
 * disk space, and after a failed one nothing of it stays in the -wal file.
 */
export class Transactions {
  readonly #database: Database;
  readonly #files: OpenedFiles;
  readonly #reserve: Reserve;
  readonly #requireServed: () => void;
  #hasFailedCommit = false;

  constructor({ database, files, reserve, requireServed = () => undefined }: TransactionsParts) {
    this.#database = database;
    this.#files = files;
    this.#reserve = reserve;
    this.#requireServed = requireServed;
  }

  /** Whether a transaction failed that may be on the disk after a crash, as the next one has not overwritten it yet. */
  get hasFailedCommit(): boolean {
    return this.#hasFailedCommit;
  }

  /**
   * Runs `work` as one transaction. Throws StoreUnavailable if a check fails, and the errors of SQLite and of `work`, which
   * undo the transaction.
   */
  run(work: () => void, usesReserve: boolean): void {
    this.#requireServed();
    this.#requireFiles();
    if (this.#hasFailedCommit) this.#overwriteFirst();
    if (!usesReserve) this.#requireSpace();
    try {
      this.#database.transaction(work).immediate();
    } catch (error) {
      if (isIoError(error)) this.#undo();
      throw error;
    }
  }

  /**
   * Runs `work` inside of a transaction. Its error undoes nothing else of the transaction. SQLite may undo the whole
   * transaction by itself, such as on a full disk: look at `isUnderWay`.
   * https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
   */
  runPart(work: () => void): void {
    this.#database.transaction(work)();
  }

  get isUnderWay(): boolean {
    return this.#database.inTransaction;
  }

  /** Makes the reserve if it is missing. Throws StoreUnavailable if changes would fail a check. */
  check(): void {
    this.#requireFiles();
    this.#requireSpace();
  }

  /** Writes a page that has changed nothing. Call it in a transaction. */
  writeVersion(): void {
    this.#database.run(`PRAGMA user_version = ${schemaVersion(this.#database)}`);
  }

  /**
   * Steps that make room on a full disk. Try each once: a failed write lets the -wal file grow, and so the last step would
   * find room again and again.
   */
  waysToMakeRoom(): (() => boolean)[] {
    return [() => this.#reserve.release() || this.truncateWal(), () => this.truncateWal()];
  }

  /** Returns whether the -wal file became smaller. */
  truncateWal(): boolean {
    const { filename } = this.#database;
    const { size } = walState(filename);
    try {
      cutWal(this.#database);
    } catch {
      return false;
    }
    return walState(filename).size < size;
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

  /** Comes before a transaction, which has not been tried yet. */
  #overwriteFirst(): void {
    try {
      this.#overwrite();
    } catch (error) {
      throw isBusy(error) ? error : unavailable(error);
    }
  }

  #overwrite(): void {
    this.#database.transaction(() => this.writeVersion()).immediate();
    this.#hasFailedCommit = false;
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

export function unavailable(
  cause: unknown,
  outcome: ChangeOutcome = "unchanged",
  lacksSpaceFor: SpaceUse | null = null,
): StoreUnavailable {
  return new StoreUnavailable("the store cannot be changed now", { cause, outcome, lacksSpaceFor });
}
