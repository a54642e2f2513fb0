import { constants, type Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { FIRST_SCHEMA_WITH_STATE, schemaVersion } from "../schema.ts";

/** Whether the store of this connection says that it is in use; always false before schema 4. */
export function saysInUse(database: Database): boolean {
  if (schemaVersion(database) < FIRST_SCHEMA_WITH_STATE) return false;
  const state = database.query<{ in_use: number }, []>("SELECT in_use FROM store_state").get();
  return state?.in_use === 1;
}

export function isInWalMode(database: Database): boolean {
  const row = database.query<{ journal_mode: string }, []>("PRAGMA journal_mode").get();
  return row?.journal_mode === "wal";
}

/** Whether a -wal file lies beside the store that holds no change. */
export function hasEmptyWal(path: string): boolean {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size === 0;
}

/** Another connection still needs the -wal file. */
export class WalInUse extends Error {}

/**
 * Makes one whole file of the store, in an order that a crash may cut off anywhere: every change comes into the file,
 * then the word that the store is at rest, and only then the -wal file goes. Throws an SQLiteError if another
 * connection is open. Holds the store for itself until the connection is closed.
 */
export function leaveAtRest(database: Database): void {
  bringIntoFile(database);
  // SQLite removes the -wal file by its name.
  database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 0);
  database.run("PRAGMA journal_mode = DELETE");
}

/** The whole store is in its file after this, and the -wal file is there still, empty. */
function bringIntoFile(database: Database): void {
  database.run("PRAGMA busy_timeout = 0");
  database.run("PRAGMA locking_mode = EXCLUSIVE");
  database.run("BEGIN IMMEDIATE");
  database.run("COMMIT");
  checkpointWholly(database);
  if (!saysInUse(database)) return;
  database.run("UPDATE store_state SET in_use = 0");
  checkpointWholly(database);
}

function checkpointWholly(database: Database): void {
  const outcome = database.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get();
  if (outcome?.busy !== 0) throw new WalInUse("the -wal file is in use");
}
