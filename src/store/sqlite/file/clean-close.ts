import { constants, type Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { FIRST_SCHEMA_WITH_STATE, schemaVersion } from "../schema.ts";

/** Whether the `in_use` flag of the store is set; always false before schema 4. */
export function isFlaggedInUse(database: Database): boolean {
  if (schemaVersion(database) < FIRST_SCHEMA_WITH_STATE) return false;
  const state = database.query<{ in_use: number }, []>("SELECT in_use FROM store_state").get();
  return state?.in_use === 1;
}

export function isInWalMode(database: Database): boolean {
  const row = database.query<{ journal_mode: string }, []>("PRAGMA journal_mode").get();
  return row?.journal_mode === "wal";
}

/** Whether the -wal file of the store is there and empty. */
export function hasEmptyWal(path: string): boolean {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size === 0;
}

/** Another connection still needs the -wal file. */
export class WalInUse extends Error {}

/**
 * Makes one whole file of the store. The order survives a crash at any moment: every change comes into the file, then the
 * cleared `in_use` flag, and only then the -wal file goes. Throws an SQLiteError if another connection is open. Locks out
 * all other connections until this one is closed.
 */
export function bringIntoOneFile(database: Database): void {
  checkpointAll(database);
  // SQLite removes the -wal file by its name.
  database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 0);
  database.run("PRAGMA journal_mode = DELETE");
}

/** Leaves the -wal file there, empty. */
function checkpointAll(database: Database): void {
  database.run("PRAGMA busy_timeout = 0");
  database.run("PRAGMA locking_mode = EXCLUSIVE");
  database.run("BEGIN IMMEDIATE");
  database.run("COMMIT");
  checkpointWholly(database);
  if (!isFlaggedInUse(database)) return;
  database.run("UPDATE store_state SET in_use = 0");
  checkpointWholly(database);
}

function checkpointWholly(database: Database): void {
  const outcome = database.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get();
  if (outcome?.busy !== 0) throw new WalInUse("the -wal file is in use");
}
