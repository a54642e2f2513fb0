import { Database } from "bun:sqlite";
import { randomBytes } from "node:crypto";
import { linkSync, lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../../../system-errors.ts";
import { isOutOfSpace, SPACE_ADVICE } from "../disk-space-reserve.ts";
import { migrate, SCHEMA_VERSION } from "../schema.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { type DataDirectory, syncDirectory } from "./data-directory.ts";
import { OPENING_TIMEOUT_MS } from "./database-file.ts";
import { writeNewFile } from "./file-bytes.ts";
import { enterWalMode } from "./file-header.ts";
import { hasNoLinks } from "./file-link.ts";
import { refuseMissingDatabase } from "./missing-database.ts";
import { ServerLock } from "./server-lock.ts";

const RETRY_MS = 10;

/** The name of a draft. It is random, so that no other file has it. */
const DRAFT = /^publisher\.db-new-[0-9a-f]{16}$/;

/**
 * Makes the store of a data directory that has none. The draft gets the name of the database once it is whole and on
 * disk: a process that dies earlier leaves only a draft. The name is never taken from another file: where several
 * processes make the store at once, the first one wins, and all of them use its store. `lock` is the lock of servers
 * where this process holds it. Throws StoreUnusable.
 */
export function makeNewStore(directory: DataDirectory, lock: ServerLock | null, link = linkSync): void {
  refuseMissingDatabase(directory);
  const draft = `${directory.database}-new-${randomBytes(8).toString("hex")}`;
  try {
    writeNewFile(draft, emptyStore());
    takeName(draft, directory, lock, link);
    syncDirectory(directory.path);
  } catch (error) {
    if (error instanceof StoreUnusable) throw error;
    const next = isOutOfSpace(error) ? ` ${SPACE_ADVICE}` : "";
    throw new StoreUnusable(`The store ${directory.database} cannot be made: ${reasonOf(error)}.${next}`, {
      cause: error,
    });
  } finally {
    tryToRemove(draft);
  }
}

/**
 * Removes the drafts of processes that died. Call it only where the directory has a store: no process needs a draft
 * any more. A draft can be a second name of the store itself.
 */
export function removeDrafts({ path }: DataDirectory): void {
  for (const name of readdirSync(path)) {
    const draft = join(path, name);
    if (DRAFT.test(name) && lstatSync(draft, { throwIfNoEntry: false })?.isFile()) tryToRemove(draft);
  }
}

/**
 * Made in memory, so that SQLite leaves no file beside the draft. It is in WAL mode already: on the disk, SQLite changes
 * the mode in a transaction of its own, which waits for the disk four times.
 */
function emptyStore(): Uint8Array {
  using database = new Database(":memory:");
  migrate(database, SCHEMA_VERSION);
  const file = database.serialize();
  enterWalMode(file);
  return file;
}

function takeName(
  draft: string,
  directory: DataDirectory,
  lock: ServerLock | null,
  link: typeof linkSync,
): void {
  try {
    link(draft, directory.database);
  } catch (error) {
    if (hasNoLinks(error)) renameUnderLock(draft, directory, lock);
    // Another process made the store, and may have removed this draft.
    else if (!directory.holdsStore()) throw error;
  }
}

/** A rename replaces a store that is there. So only the holder of the lock may rename. */
function renameUnderLock(draft: string, directory: DataDirectory, lock: ServerLock | null): void {
  const own = lock === null ? lockUnlessMade(directory) : null;
  try {
    if (!directory.holdsStore()) renameSync(draft, directory.database);
  } finally {
    own?.release();
  }
}

/** Null where the holder of the lock made the store meanwhile. */
function lockUnlessMade(directory: DataDirectory): ServerLock | null {
  const deadline = performance.now() + OPENING_TIMEOUT_MS;
  for (;;) {
    try {
      return ServerLock.take(directory, "Try again when it is done.");
    } catch (error) {
      if (directory.holdsStore()) return null;
      if (performance.now() > deadline) throw error;
    }
    Bun.sleepSync(RETRY_MS);
  }
}

/** A draft that stays is removed at the next start. */
function tryToRemove(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    return;
  }
}
