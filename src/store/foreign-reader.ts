import type { Database } from "bun:sqlite";
import { accessSync, constants, lstatSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { present } from "./file-safety.ts";
import { openReader } from "./reader.ts";
import { type Identity, takeRightsOf } from "./rights.ts";
import { isInWalMode } from "./store-rest.ts";
import { StoreUnusable } from "./store-unusable.ts";

const ROOT = 0;

/** How often, and after how many milliseconds, a store is opened again that another process is opening or closing. */
const TRIES = 100;
const BETWEEN_TRIES_MS = 20;

/**
 * `openReader`, for a store that may be another user's. Run by root, SQLite gives the -wal and -shm files to the owner of the
 * database, and writes to the -shm file: that user could have put a hard link to a file of root's in its place. So they are
 * opened with the rights of that user.
 */
export function openForeignReader(path: string): Database {
  if (process.geteuid?.() !== ROOT) return openReader(path);
  refuseForeignLinks(path);
  const owner = statSync(dirname(path));
  if (owner.uid === ROOT) return openReader(path);
  return openAs(owner, path) ?? openReader(path);
}

/** Null where this process may not take the rights of the owner, or the owner may not get to the directory. */
function openAs(owner: Identity, path: string): Database | null {
  const giveBack = rightsOf(owner);
  if (giveBack === null) return null;
  try {
    if (!isEnterable(dirname(path))) return null;
    for (let count = 0; count < TRIES; count += 1) {
      const database = openReader(path);
      if (holdsWal(database)) return database;
      database.close();
      Bun.sleepSync(BETWEEN_TRIES_MS);
    }
  } finally {
    giveBack();
  }
  throw new StoreUnusable(`Another process is opening or closing ${path}. Try again.`);
}

function rightsOf(owner: Identity): (() => void) | null {
  try {
    return takeRightsOf(owner);
  } catch {
    return null;
  }
}

function isEnterable(directory: string): boolean {
  try {
    accessSync(`${directory}/.`, constants.X_OK);
    statSync(`${directory}/.`);
    return true;
  } catch {
    return false;
  }
}

/** Opens all files of the connection; it keeps those of WAL mode open until it is closed, and opens no other ones. */
function holdsWal(database: Database): boolean {
  try {
    database.query("SELECT 1 FROM sqlite_schema LIMIT 1").get();
    return isInWalMode(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Throws StoreUnusable for a second name of a file that belongs to somebody else than the database: SQLite made no such file. */
function refuseForeignLinks(path: string): void {
  const { uid } = lstatSync(path);
  for (const [file, found] of present(["-wal", "-shm", "-journal"].map((end) => path + end)))
    if (found.nlink > 1 && found.uid !== uid)
      throw new StoreUnusable(
        `${file} is a second name (a hard link) of a file of another user (id ${found.uid}), which SQLite would change. ` +
          "Nothing was changed. Remove that name.",
      );
}
