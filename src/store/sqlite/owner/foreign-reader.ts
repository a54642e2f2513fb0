import type { Database } from "bun:sqlite";
import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { present } from "../file/file-safety.ts";
import { hasJournal, journalLeft } from "../file/hot-journal.ts";
import { openReader } from "../file/reader.ts";
import { isInWalMode } from "../file/store-at-rest.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { type Identity, takeRightsOf } from "./rights.ts";
import { firstClosed } from "./way-to-directory.ts";

const ROOT = 0;

/** How often, and after how many milliseconds, a store is opened again that another process is opening or closing. */
const TRIES = 100;
const BETWEEN_TRIES_MS = 20;

/** Whether Linux lets users link only files that they own, or may read and write. https://docs.kernel.org/admin-guide/sysctl/fs.html */
const LINK_PROTECTION = "/proc/sys/fs/protected_hardlinks";

/**
 * `openReader`, for a store that may be another user's. Run by root, SQLite gives the -wal and -shm files to the owner of the
 * database, and writes to the -shm file: that user could have put a hard link to a file of root's in its place. So they are
 * opened with the rights of that user. Only where these do not lead there, and no such link can be made, root opens them
 * with its own. Throws StoreUnusable where that user decides whether they lead there.
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

/** Why a store cannot be read with the rights of its owner, and the next step, as sentences. */
interface Closed {
  readonly obstacle: string;
  /** Whether it is there by the will of root, or of the system. */
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
    closed = firstClosed(directory);
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
