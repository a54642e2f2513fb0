import { constants, Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { hasApplicationId, OPENING_TIMEOUT_MS, withPlainErrors } from "../inspect/inspection.ts";
import type { DataDirectory } from "./data-directory.ts";
import { CHANGING, withoutLinks } from "./database-file.ts";
import { bytesAt } from "./file-bytes.ts";

/** Where a journal has how many pages its database had. https://www.sqlite.org/fileformat.html#the_rollback_journal */
const INITIAL_SIZE_OFFSET = 16;

/**
 * Plays back what a process left that was killed while it made a store, or before that was in WAL mode: reading alone
 * cannot. Another program's database, and one that is in use, stay as they are. Throws StoreUnusable if it fails.
 */
export function playBackJournal(directory: DataDirectory): void {
  const { database: path } = directory;
  if (existsSync(path)) withPlainErrors(directory, () => playBack(path));
}

function playBack(path: string): void {
  const initialSize = initialSizeIn(`${path}-journal`);
  if (initialSize === "no journal" || (!hasApplicationId(path) && initialSize !== 0)) return;
  using database = new Database(withoutLinks(path), CHANGING);
  // A -wal file goes only where it is known to be empty: see StoreDatabase.
  database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
  database.run(`PRAGMA busy_timeout = ${OPENING_TIMEOUT_MS}`);
  database.query("SELECT count(*) FROM sqlite_schema").get();
}

/** Undefined for a shorter journal. Opens it without a look before: another process that opens the store may remove it. */
function initialSizeIn(journal: string): number | undefined | "no journal" {
  try {
    return bytesAt(journal, INITIAL_SIZE_OFFSET, 4)?.readUInt32BE();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "no journal";
    throw error;
  }
}
