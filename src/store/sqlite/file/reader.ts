import { constants, Database } from "bun:sqlite";
import { pathToFileURL } from "node:url";
import { READING, withoutLinks } from "./database-file.ts";

/** How long SQLite itself may wait for another process; the event loop stands still meanwhile. */
export const BUSY_TIMEOUT_MS = 20;

/** A connection of its own that reads one moment of the store while others write. */
export function openReader(path: string): Database {
  const database = new Database(withoutLinks(path), READING);
  database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return database;
}

/**
 * A connection to a file that nobody changes: it takes no locks and makes no files beside it, so that it also
 * works where nothing can be written. https://www.sqlite.org/uri.html#uriimmutable
 */
export function openAtRest(path: string): Database {
  const address = `${pathToFileURL(withoutLinks(path)).href}?immutable=1`;
  return new Database(address, READING | constants.SQLITE_OPEN_URI);
}
