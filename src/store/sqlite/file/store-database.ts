import { constants, Database } from "bun:sqlite";
import { isStorageError, mayBeOutOfSpace } from "../sqlite-errors.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { CHANGING, withoutLinks } from "./database-file.ts";
import { identityOf } from "./opened-files.ts";
import { openAtRest } from "./reader.ts";
import { hasEmptyWal, isInWalMode, leaveAtRest, saysInUse, WalInUse } from "./store-at-rest.ts";

/** That a store was brought to today's schema, and where it is kept as it was. */
export interface Migration {
  readonly from: number;
  readonly copy: string;
}

/** How often a new user of the store asks whether its mark is in the file, and how long it rests in between. */
const MARK_TRIES = 500;
const MARK_RETRY_MS = 10;

/**
 * A connection that changes a store. While one is open, the file says that it is in use, is in WAL mode and has its
 * -wal file beside it. The last one to close takes that back, and leaves one whole file. So a file that says that it
 * is in use and has no -wal file is a part of a store, however it came about.
 */
export class StoreDatabase extends Database {
  /** What was done to the store to open it; null for nothing. */
  migration: Migration | null = null;
  readonly #path: string;
  /** The file at the path before this opened it. */
  readonly #identity: string | null;
  #isMarked = false;

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

  /** Takes back the mark that a copy has which SQLite made of a store in use, such as by VACUUM INTO. */
  clearForeignMark(): void {
    const isForeign = () => !isInWalMode(this) && saysInUse(this);
    const clear = this.transaction(() => {
      if (isForeign()) this.run("UPDATE store_state SET in_use = 0");
    });
    if (isForeign()) clear.immediate();
  }

  /**
   * To be called in WAL mode and before the first change. Throws StoreUnusable where another store came to the path.
   * The mark is in the file itself when this returns, except:
   * - The disk is full. A store that was not closed has the mark already, and must open all the same.
   * - Another program, such as Litestream, holds a read transaction for all of these 5 seconds. The mark gets into the
   *   file with the next checkpoint.
   */
  markInUse(): void {
    this.#isMarked = true;
    try {
      this.#mark();
    } catch (error) {
      if (!mayBeOutOfSpace(error)) throw error;
    }
  }

  #mark(): void {
    for (let tries = 0; tries < MARK_TRIES; tries += 1) {
      this.requireInPlace();
      if (fileSaysInUse(this.#path)) return;
      if (tries > 0) Bun.sleepSync(MARK_RETRY_MS);
      this.run("UPDATE store_state SET in_use = 1 WHERE in_use = 0");
      this.query("PRAGMA wal_checkpoint(PASSIVE)").get();
    }
  }

  /** Whether the last process before this one left the whole store in its file: this connection kept it from more. */
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
      if (this.#isInPlace && (this.#isMarked || this.#wasLeftInUse)) tryToRest(this);
    } finally {
      this.#isMarked = false;
      super.close(throwOnError);
    }
  }
}

function replaced(path: string): StoreUnusable {
  return new StoreUnusable(
    `Another store took the place of ${path} just now, such as by a restore. Nothing was changed. Try again.`,
  );
}

/** Whether the file says that it is in use without its -wal file. One that is being written to may be unreadable for a moment. */
function fileSaysInUse(path: string): boolean {
  try {
    using database = openAtRest(path);
    return saysInUse(database);
  } catch {
    return false;
  }
}

/** Where another process has the store open, or the disk is full, the store stays in use, with its -wal file. */
function tryToRest(database: Database): void {
  try {
    leaveAtRest(database);
  } catch (error) {
    if (!(error instanceof WalInUse) && !isStorageError(error)) throw error;
  }
}
