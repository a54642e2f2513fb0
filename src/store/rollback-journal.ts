import { constants, Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import type { DataDirectory } from "./data-directory.ts";
import { CHANGING, withoutLinks } from "./database-file.ts";
import { hasApplicationId, OPENING_TIMEOUT_MS, withPlainErrors } from "./examination.ts";
import { bytesAt } from "./file-bytes.ts";

/** Where a journal has how many pages its database had. https://www.sqlite.org/fileformat.html#the_rollback_journal */
const INITIAL_SIZE_OFFSET = 16;

/**
 * Plays back what a process left that was killed while it made a store, or before that was in WAL mode: reading alone
 * cannot. Another program's database, and one that is in use, stay as they are. Throws StoreUnusable if it fails.
 */
export function playBackJournal(directory: DataDirectory): void {
  const { database: path } = directory;
  const journal = `${path}-journal`;
  if (existsSync(path) && existsSync(journal)) withPlainErrors(directory, () => playBack(path, journal));
}

function playBack(path: string, journal: string): void {
  const initialSize = bytesAt(journal, INITIAL_SIZE_OFFSET, 4)?.readUInt32BE();
  if (!hasApplicationId(path) && initialSize !== 0) return;
  using database = new Database(withoutLinks(path), CHANGING);
  // A -wal file goes only where it is known to be empty: see StoreDatabase.
  database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
  database.run(`PRAGMA busy_timeout = ${OPENING_TIMEOUT_MS}`);
  database.query("SELECT count(*) FROM sqlite_schema").get();
}
