import { constants, Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { isReadOnly } from "../sqlite-errors.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { CHANGING, OPENING_TIMEOUT_MS, withoutLinks } from "./database-file.ts";
import { sizeOf } from "./file-bytes.ts";
import { isPublisherFile } from "./file-header.ts";

/** Whether a -journal file beside the store may hold a change. SQLite ignores an empty one. */
export function hasJournal(path: string): boolean {
  return sizeOf(`${path}-journal`) > 0;
}

/**
 * Undoes the change of a process that was killed while it switched the store to or from WAL mode, or migrated it. Only
 * a connection that may write can do that. Does not touch the database of another program. Throws an SQLiteError.
 * https://www.sqlite.org/lockingv3.html#hot_journals
 */
export function playBackJournal(path: string): void {
  if (!hasJournal(path) || !existsSync(path) || !isPublisherFile(path)) return;
  using database = new Database(withoutLinks(path), CHANGING);
  // Keeps a -wal file: see StoreDatabase for when it may go.
  database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
  database.run(`PRAGMA busy_timeout = ${OPENING_TIMEOUT_MS}`);
  database.query("SELECT count(*) FROM sqlite_schema").get();
}

export function journalLeft(path: string): StoreUnusable {
  return new StoreUnusable(
    `${path}-journal may hold a part of a change that was cut off, and reading alone cannot take that back. ` +
      "Nothing was changed. Start a server with this store once, then try again.",
  );
}

/** Reads a store without changing it. Throws `journalLeft` where a -journal file prevents that. */
export function withJournalError<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isReadOnly(error) && hasJournal(path) ? journalLeft(path) : error;
  }
}
