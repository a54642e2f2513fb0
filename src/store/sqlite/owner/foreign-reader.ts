import type { Database } from "bun:sqlite";
import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isInWalMode } from "../file/clean-close.ts";
import { present } from "../file/file-safety.ts";
import { hasJournal, journalLeft } from "../file/hot-journal.ts";
import { openReader } from "../file/reader.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { closedDirectoryOn } from "./closed-directory.ts";
import { type Identity, takeRightsOf } from "./rights.ts";

const ROOT = 0;

/** For a store that another process is opening or closing. */
const TRIES = 100;
const BETWEEN_TRIES_MS = 20;

/** Whether Linux lets users link only files that they own, or may read and write. https://docs.kernel.org/admin-guide/sysctl/fs.html */
const LINK_PROTECTION = "/proc/sys/fs/protected_hardlinks";

/**
 * `openReader` for a store that may belong to another user. Run by root, SQLite gives the -wal and -shm files to the owner
 * of the database, and writes to the -shm file. That user could have put a hard link to a file of root's in its place. So
 * this opens them with the rights of that user. Root uses its own rights only where that user may not enter the
 * directory, and Linux lets nobody make such links. Throws StoreUnusable where that user can change which is the case.
 */
export function openForeignReader(path: string, areLinksProtected = protectsLinks): Database {
  if (process.geteuid?.() !== ROOT) return openReader(path);
  refuseForeignLinks(path);
  const directory = realpathSync(dirname(path));
  const owner = statSync(directory);
  if (owner.uid === ROOT) return openReader(path);
  const found = openAs(owner, path, directory);
  if (!("obstacle" in found)) return found;
  const { obstacle, isOfRoot } = found;
  if (isOfRoot && areLinksProtected()) return openReader(path);
  throw new StoreUnusable(
    `${directory} belongs to another user (id ${owner.uid}), and the store there is read with the rights of that user. ${obstacle}`,
  );
}

/** The directory is closed to its own user. */
interface Closed {
  /** The obstacle and the next step, as sentences. */
  readonly obstacle: string;
  /** Whether root, or the system, set the obstacle. */
  readonly isOfRoot: boolean;
}

function openAs(owner: Identity, path: string, directory: string): Database | Closed {
  const giveBack = rightsOf(owner);
  if (giveBack === null)
    return {
      obstacle: "This process may not become that user. Run the command as that user.",
      isOfRoot: true,
    };
  let closed: string | undefined;
  try {
    closed = closedDirectoryOn(directory);
    if (closed === undefined) return openInWalMode(path);
  } finally {
    giveBack();
  }
  return closedBy(statSync(closed).uid, owner, closed);
}

function closedBy(uid: number, owner: Identity, closed: string): Closed {
  const right = uid === owner.uid ? "u+x" : "o+x";
  return {
    obstacle: `That user may not enter ${closed}. Run "chmod ${right} ${closed}", then try again.`,
    isOfRoot: uid === ROOT,
  };
}

function openInWalMode(path: string): Database {
  for (let count = 0; count < TRIES; count += 1) {
    const database = openReader(path);
    if (holdsWal(database)) return database;
    database.close();
    Bun.sleepSync(BETWEEN_TRIES_MS);
  }
  if (hasJournal(path)) throw journalLeft(path);
  throw new StoreUnusable(`Another process is opening or closing ${path}. Try again.`);
}

function protectsLinks(): boolean {
  try {
    return readFileSync(LINK_PROTECTION, "utf8").trim() === "1";
  } catch {
    return false;
  }
}

function rightsOf(owner: Identity): (() => void) | null {
  try {
    return takeRightsOf(owner);
  } catch {
    return null;
  }
}

/** Opens all files of the connection. In WAL mode it opens no others until it is closed. */
function holdsWal(database: Database): boolean {
  try {
    database.query("SELECT 1 FROM sqlite_schema LIMIT 1").get();
    return isInWalMode(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Throws StoreUnusable for a hard link to a file of another user than the owner of the database: SQLite made no such file. */
function refuseForeignLinks(path: string): void {
  const { uid } = lstatSync(path);
  for (const [file, found] of present(["-wal", "-shm", "-journal"].map((end) => path + end)))
    if (found.nlink > 1 && found.uid !== uid)
      throw new StoreUnusable(
        `${file} is a second name (a hard link) of a file of another user (id ${found.uid}), which SQLite would change. ` +
          "Nothing was changed. Remove that name.",
      );
}
