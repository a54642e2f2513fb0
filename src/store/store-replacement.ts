import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, join } from "node:path";
import { type DataDirectory, syncDirectory } from "./data-directory.ts";
import { reasonOf } from "./reason.ts";
import { ServerLock } from "./server-lock.ts";
import { StoreUnusable } from "./store-unusable.ts";

/** What SQLite keeps beside a database, and would apply to whichever has its name. */
const BESIDE = ["-wal", "-journal", "-shm"];

/**
 * A store that is to take the place of the one in its directory. From the moment on at which a file has this name,
 * the replacement is settled: the next process that opens the store completes it.
 */
function successorOf({ database }: DataDirectory): string {
  return `${database}-next`;
}

/**
 * Puts a store, one whole file, into the place of the one in the directory, which `aside` keeps. To be called under
 * the lock of servers. Gives whether there was one. A crash at any moment leaves the one or the other, and never the -wal file of one to the other.
 */
export function replaceStore(directory: DataDirectory, next: string, aside: string): boolean {
  try {
    const isKept = keepAside(directory, aside);
    renameSync(next, successorOf(directory));
    syncDirectory(directory.path);
    complete(directory);
    return isKept;
  } catch (error) {
    throw new StoreUnusable(`The store cannot be put into ${directory.path}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** Whether a store waits to take the place of the one in the directory. */
export function isBeingReplaced(directory: DataDirectory): boolean {
  return existsSync(successorOf(directory));
}

/** Completes a replacement that a crash cut off. Throws StoreUnusable if another process is just about it. */
export function completeReplacement(directory: DataDirectory): void {
  if (!isBeingReplaced(directory)) return;
  const lock = ServerLock.take(directory, "It may be restoring the store; try again when it is done.");
  try {
    complete(directory);
  } finally {
    lock.release();
  }
}

/** Throws StoreUnusable where a replacement was cut off: for what changes nothing, and so completes nothing. */
export function refuseUnfinished(directory: DataDirectory): void {
  if (!isBeingReplaced(directory)) return;
  throw new StoreUnusable(
    `A restore to ${directory.path} was interrupted before its last step. Start the server, or run a command such as ` +
      '"publisher token list": that completes it.',
  );
}

/** Each step can be done again. What lay beside the old store has gone from the disk before the new one comes. */
export function complete(directory: DataDirectory): void {
  if (!isBeingReplaced(directory)) return;
  for (const end of BESIDE) rmSync(directory.database + end, { force: true });
  syncDirectory(directory.path);
  renameSync(successorOf(directory), directory.database);
  syncDirectory(directory.path);
}

/** Gives the files of the old store other names; the names that they have stay until the new one comes. */
function keepAside({ path, database }: DataDirectory, aside: string): boolean {
  const files = [database, ...BESIDE.slice(0, 2).map((end) => database + end)].filter(hasContent);
  if (files.length === 0) return false;
  mkdirSync(aside, { mode: 0o700 });
  for (const file of files) linkOrCopy(file, join(aside, basename(file)));
  syncDirectory(aside);
  syncDirectory(path);
  return true;
}

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** With these errors a file system says that it has no hard links. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/** Links a file, or copies it where that cannot be; on disk when this returns. */
export function linkOrCopy(from: string, to: string, link = linkSync): void {
  try {
    link(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && NO_LINKS.includes(String(error.code)))) throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    syncFile(to);
  }
}

function syncFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
