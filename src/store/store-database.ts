import { constants, Database } from "bun:sqlite";
import { CHANGING, withoutLinks } from "./database-file.ts";
import { openAtRest } from "./reader.ts";
import { FIRST_SCHEMA_WITH_STATE, schemaVersion } from "./schema.ts";
import { isStorageError, mayBeOutOfSpace } from "./sqlite-errors.ts";

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
  #isMarked = false;

  constructor(path: string) {
    super(withoutLinks(path), CHANGING);
    this.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
    this.#path = path;
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
   * To be called in WAL mode and before the first change. The mark is in the file itself when this returns, except:
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
    for (let tries = 0; tries < MARK_TRIES && !fileSaysInUse(this.#path); tries += 1) {
      if (tries > 0) Bun.sleepSync(MARK_RETRY_MS);
      this.run("UPDATE store_state SET in_use = 1 WHERE in_use = 0");
      this.query("PRAGMA wal_checkpoint(PASSIVE)").get();
    }
  }

  override close(throwOnError?: boolean): void {
    try {
      if (this.#isMarked) tryToRest(this);
    } finally {
      this.#isMarked = false;
      super.close(throwOnError);
    }
  }
}

/** Whether the store of this connection says that it is in use; always false before schema 4. */
export function saysInUse(database: Database): boolean {
  if (schemaVersion(database) < FIRST_SCHEMA_WITH_STATE) return false;
  const state = database.query<{ in_use: number }, []>("SELECT in_use FROM store_state").get();
  return state?.in_use === 1;
}

function isInWalMode(database: Database): boolean {
  const row = database.query<{ journal_mode: string }, []>("PRAGMA journal_mode").get();
  return row?.journal_mode === "wal";
}

/** Whether the file says so without its -wal file. One that is being written to may be unreadable for a moment. */
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

/** Another connection still needs the -wal file. */
class WalInUse extends Error {}

/**
 * Makes one whole file of the store, in an order that a crash may cut off anywhere: every change comes into the file,
 * then the word that the store is at rest, and only then the -wal file goes. Throws an SQLiteError if another
 * connection is open. Holds the store for itself until the connection is closed.
 */
export function leaveAtRest(database: Database): void {
  bringIntoFile(database);
  leaveWalMode(database);
}

/** The first part of that: the whole store is in its file, and the -wal file is there still, empty. */
export function bringIntoFile(database: Database): void {
  database.run("PRAGMA busy_timeout = 0");
  database.run("PRAGMA locking_mode = EXCLUSIVE");
  database.run("BEGIN IMMEDIATE");
  database.run("COMMIT");
  checkpointWholly(database);
  if (!saysInUse(database)) return;
  database.run("UPDATE store_state SET in_use = 0");
  checkpointWholly(database);
}

/** The second part. SQLite removes the -wal file by its name. */
export function leaveWalMode(database: Database): void {
  database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 0);
  database.run("PRAGMA journal_mode = DELETE");
}

function checkpointWholly(database: Database): void {
  const outcome = database.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get();
  if (outcome?.busy !== 0) throw new WalInUse("the -wal file is in use");
}
