import { mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { reasonOf } from "../../../system-errors.ts";
import { type DataDirectory, syncDirectory } from "../file/data-directory.ts";
import { sizeOf } from "../file/file-bytes.ts";
import { linkOrCopy } from "../file/file-link.ts";
import { ServerLock } from "../file/server-lock.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { hasSuccessor, removeChecksum, requireChecksum, writeChecksum } from "./successor.ts";

/** The files of SQLite beside a database. It would apply them to any other database of the same name. */
const BESIDE = ["-wal", "-journal", "-shm"];

/**
 * Replaces the store of the directory by another one, a whole file. The old one goes into the new directory `aside`. Call
 * it under the lock of servers. Returns whether there was an old one. A crash at any moment leaves the one or the other
 * store, and never mixes their files. Throws StoreUnusable, which names the store that is there.
 */
export function replaceStore(directory: DataDirectory, next: string, aside: string): boolean {
  const progress = { isAsideMade: false, isSuccessorThere: false };
  try {
    const old = oldFiles(directory).filter((path) => sizeOf(path) > 0);
    if (old.length > 0) mkdirSync(aside, { mode: 0o700 });
    progress.isAsideMade = old.length > 0;
    if (progress.isAsideMade) linkAside(directory, old, aside);
    writeChecksum(directory, next);
    renameSync(next, directory.successor);
    progress.isSuccessorThere = true;
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
  /** If so, the next process that opens the store completes the replacement. */
  readonly isSuccessorThere: boolean;
}

/** A sentence about the store that is there after a failure. Removes the second names of an old one that stays. */
function leftBehind(
  directory: DataDirectory,
  { isAsideMade, isSuccessorThere }: Progress,
  aside: string,
): string {
  const old = isAsideMade ? ` The store that was there is in ${aside}.` : "";
  // Looks at the disk: a rename can fail although it was made.
  if (hasSuccessor(directory))
    return (
      "The restored store is ready: it takes its place when the server starts, or at the next command such as " +
      `"publisher token list".${old}`
    );
  if (isSuccessorThere) return `The restored store is in its place, but may not survive a power cut.${old}`;
  if (!isAsideMade) return "Nothing was changed.";
  return isRemoved(directory, aside)
    ? "The old store is still in its place."
    : `The old store is still in its place. ${aside} is only a second name of it: remove that.`;
}

/** Whether a store waits to take the place of the one in the directory. Throws StoreUnusable for another file there. */
export function isBeingReplaced(directory: DataDirectory): boolean {
  return hasSuccessor(directory) && requireChecksum(directory);
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

/** Throws StoreUnusable where a crash cut off a replacement. For commands that change nothing, and so cannot complete it. */
export function refuseUnfinished(directory: DataDirectory): void {
  if (!isBeingReplaced(directory)) return;
  throw new StoreUnusable(
    `A restore to ${directory.path} was interrupted before its last step. Start the server, or run a command such as ` +
      '"publisher token list": that completes it.',
  );
}

/** Each step can be repeated. The files beside the old store are gone from the disk before the new store comes. */
function complete(directory: DataDirectory): void {
  const { path, database, successor } = directory;
  for (const end of BESIDE) rmSync(database + end, { force: true });
  syncDirectory(path);
  renameSync(successor, database);
  syncDirectory(path);
  removeChecksum(directory);
}

/** Gives the files of the old store second names. Their first ones stay until the new store comes. */
function linkAside({ path }: DataDirectory, files: readonly string[], aside: string): void {
  for (const file of files) linkOrCopy(file, join(aside, basename(file)));
  syncDirectory(aside);
  syncDirectory(path);
}

function isRemoved(directory: DataDirectory, aside: string): boolean {
  try {
    for (const file of oldFiles(directory)) rmSync(join(aside, basename(file)), { force: true });
    rmdirSync(aside);
    return true;
  } catch {
    return false;
  }
}

function oldFiles({ database }: DataDirectory): readonly string[] {
  return [database, ...BESIDE.slice(0, 2).map((end) => database + end)];
}
