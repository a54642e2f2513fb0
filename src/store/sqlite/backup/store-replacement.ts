import { mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { reasonOf } from "../../../system-errors.ts";
import { type DataDirectory, syncDirectory } from "../file/data-directory.ts";
import { sizeOf } from "../file/file-bytes.ts";
import { linkOrCopy } from "../file/file-link.ts";
import { ServerLock } from "../file/server-lock.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { hasSuccessor, markSuccessor, removeMark, requireMarked } from "./successor.ts";

/** What SQLite keeps beside a database, and would apply to whichever has its name. */
const BESIDE = ["-wal", "-journal", "-shm"];

/**
 * Puts a store, one whole file, into the place of the one in the directory, which `aside` keeps. To be called under
 * the lock of servers. Gives whether there was one. A crash at any moment leaves the one or the other, and never the
 * -wal file of one to the other. Throws StoreUnusable, which says which of the two is there.
 */
export function replaceStore(directory: DataDirectory, next: string, aside: string): boolean {
  const progress = { isAsideMade: false, isSettled: false };
  try {
    const kept = keptFiles(directory).filter((path) => sizeOf(path) > 0);
    if (kept.length > 0) mkdirSync(aside, { mode: 0o700 });
    progress.isAsideMade = kept.length > 0;
    if (progress.isAsideMade) keepAside(directory, kept, aside);
    markSuccessor(directory, next);
    renameSync(next, directory.successor);
    progress.isSettled = true;
    syncDirectory(directory.path);
    complete(directory);
    return progress.isAsideMade;
  } catch (error) {
    const left = leftBehind(directory, progress, aside);
    throw new StoreUnusable(`The store cannot be put into ${directory.path}: ${reasonOf(error)}. ${left}`, {
      cause: error,
    });
  }
}

/** How far a replacement came. */
interface Progress {
  readonly isAsideMade: boolean;
  /** From then on, the next process that opens the store completes the replacement. */
  readonly isSettled: boolean;
}

/** Says which store is there after a failure, and removes the second names of an old one that stays. */
function leftBehind(directory: DataDirectory, { isAsideMade, isSettled }: Progress, aside: string): string {
  const old = isAsideMade ? ` The store that was there is in ${aside}.` : "";
  // Looked at and not remembered: a rename can fail and have been made.
  if (hasSuccessor(directory))
    return (
      "The restored store is ready: it takes its place when the server starts, or at the next command such as " +
      `"publisher token list".${old}`
    );
  if (isSettled) return `The restored store is in its place, but may not survive a power cut.${old}`;
  if (!isAsideMade) return "Nothing was changed.";
  return isRemoved(directory, aside)
    ? "The old store is still in its place."
    : `The old store is still in its place. ${aside} is only a second name of it: remove that.`;
}

/** Whether a store waits to take the place of the one in the directory. Throws StoreUnusable for another file there. */
export function isBeingReplaced(directory: DataDirectory): boolean {
  return hasSuccessor(directory) && requireMarked(directory);
}

/** Completes a replacement that a crash cut off. Throws StoreUnusable if another process is just about it. */
export function completeReplacement(directory: DataDirectory): void {
  if (!isBeingReplaced(directory)) return;
  const lock = ServerLock.take(
    directory,
    "It may be restoring the store; try again when it is done.",
    "restoring the store",
  );
  try {
    if (isBeingReplaced(directory)) complete(directory);
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
function complete(directory: DataDirectory): void {
  const { path, database, successor } = directory;
  for (const end of BESIDE) rmSync(database + end, { force: true });
  syncDirectory(path);
  renameSync(successor, database);
  syncDirectory(path);
  removeMark(directory);
}

/** Gives the files of the old store other names; the names that they have stay until the new one comes. */
function keepAside({ path }: DataDirectory, files: readonly string[], aside: string): void {
  for (const file of files) linkOrCopy(file, join(aside, basename(file)));
  syncDirectory(aside);
  syncDirectory(path);
}

function isRemoved(directory: DataDirectory, aside: string): boolean {
  try {
    for (const file of keptFiles(directory)) rmSync(join(aside, basename(file)), { force: true });
    rmdirSync(aside);
    return true;
  } catch {
    return false;
  }
}

function keptFiles({ database }: DataDirectory): readonly string[] {
  return [database, ...BESIDE.slice(0, 2).map((end) => database + end)];
}
