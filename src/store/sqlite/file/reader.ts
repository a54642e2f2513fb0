import { constants, Database } from "bun:sqlite";
import { pathToFileURL } from "node:url";
import { READING, withoutLinks } from "./database-file.ts";

/** How long SQLite itself waits for another process. The event loop is blocked meanwhile. */
export const BUSY_TIMEOUT_MS = 20;

/** A connection that reads a store while others write. */
export function openReader(path: string): Database {
  const database = new Database(withoutLinks(path), READING);
  database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  // SQLite would put large temporary files into /var/tmp, which can be read-only.
  database.run("PRAGMA temp_store = MEMORY");
  return database;
}

/**
 * A connection to a file that nobody changes. It takes no locks and makes no files, so it works where nothing can be
 * written. https://www.sqlite.org/uri.html#uriimmutable
 */
export function openImmutable(path: string): Database {
  const address = `${pathToFileURL(withoutLinks(path)).href}?immutable=1`;
  return new Database(address, READING | constants.SQLITE_OPEN_URI);
}
