import { constants, Database } from "bun:sqlite";
import { isStorageError, mayBeOutOfSpace } from "../sqlite-errors.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { bringIntoOneFile, hasEmptyWal, isFlaggedInUse, isInWalMode, WalInUse } from "./clean-close.ts";
import { CHANGING, withoutLinks } from "./database-file.ts";
import { identityOf } from "./opened-files.ts";
import { openImmutable } from "./reader.ts";

/** A store was brought to today's schema. `copy` is the path of a copy from before. */
export interface Migration {
  readonly from: number;
  readonly copy: string;
}

/** For bringing the `in_use` flag into the file. */
const FLAG_TRIES = 500;
const FLAG_RETRY_MS = 10;

/**
 * A connection that changes a store. While one is open, the file has its `in_use` flag set, is in WAL mode and has its
 * -wal file beside it. The last one to close clears the flag, leaves WAL mode, and so leaves one whole file. A file with
 * the flag set and without a -wal file is therefore only a part of a store.
 */
export class StoreDatabase extends Database {
  /** Null where the store had today's schema when it was opened. */
  migration: Migration | null = null;
  readonly #path: string;
  /** The file at the path before this opened it. */
  readonly #identity: string | null;
  #hasSetInUse = false;

  constructor(path: string) {
    const identity = identityOf(path);
    super(withoutLinks(path), CHANGING);
    this.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
    this.#path = path;
    this.#identity = identity;
  }

  /** Throws StoreUnusable where another store came to the path meanwhile: a change would be lost with this one. */
  requireInPlace(): void {
    if (!this.#isInPlace) throw replaced(this.#path);
  }

  get #isInPlace(): boolean {
    return identityOf(this.#path) === this.#identity;
  }

  /** Clears the `in_use` flag of a copy that SQLite made of a store in use, such as by VACUUM INTO. */
  clearCopiedInUse(): void {
    const isCopied = () => !isInWalMode(this) && isFlaggedInUse(this);
    const clear = this.transaction(() => {
      if (isCopied()) this.run("UPDATE store_state SET in_use = 0");
    });
    if (isCopied()) clear.immediate();
  }

  /**
   * Call it in WAL mode and before the first change. Throws StoreUnusable where another store came to the path. The
   * `in_use` flag is set in the file itself when this returns, except:
   * - The disk is full. A store that was not closed has the flag already, and must open all the same.
   * - Another program, such as Litestream, holds a read transaction for all of these 5 seconds. The flag gets into the
   *   file with the next checkpoint.
   */
  setInUse(): void {
    this.#hasSetInUse = true;
    try {
      this.#bringFlagIntoFile();
    } catch (error) {
      if (!mayBeOutOfSpace(error)) throw error;
    }
  }

  #bringFlagIntoFile(): void {
    for (let tries = 0; tries < FLAG_TRIES; tries += 1) {
      this.requireInPlace();
      if (isFileFlaggedInUse(this.#path)) return;
      if (tries > 0) Bun.sleepSync(FLAG_RETRY_MS);
      this.run("UPDATE store_state SET in_use = 1 WHERE in_use = 0");
      this.query("PRAGMA wal_checkpoint(PASSIVE)").get();
    }
  }

  /** Whether another process closed the store meanwhile, and only this connection kept it from leaving WAL mode. */
  get #wasLeftInUse(): boolean {
    try {
      return hasEmptyWal(this.#path) && isInWalMode(this);
    } catch {
      return false;
    }
  }

  override close(throwOnError?: boolean): void {
    try {
      // SQLite would remove the -wal file of the other store, by its name.
      if (this.#isInPlace && (this.#hasSetInUse || this.#wasLeftInUse)) tryToCloseCleanly(this);
    } finally {
      this.#hasSetInUse = false;
      super.close(throwOnError);
    }
  }
}

function replaced(path: string): StoreUnusable {
  return new StoreUnusable(
    `Another store took the place of ${path} just now, such as by a restore. Nothing was changed. Try again.`,
  );
}

/** Reads the file without its -wal file. While another process writes, it may be unreadable for a moment. */
function isFileFlaggedInUse(path: string): boolean {
  try {
    using database = openImmutable(path);
    return isFlaggedInUse(database);
  } catch {
    return false;
  }
}

/** Where another process has the store open, or the disk is full, the store stays in use, with its -wal file. */
function tryToCloseCleanly(database: Database): void {
  try {
    bringIntoOneFile(database);
  } catch (error) {
    if (!(error instanceof WalInUse) && !isStorageError(error)) throw error;
  }
}
