import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, realpathSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { reasonOf } from "../../../system-errors.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { DataDirectory } from "./data-directory.ts";

/** The name of a working directory. It is random, so that no other directory has it. */
const WORKING = /^restoring-[0-9a-f]{16}$/;

/** The ends of the names of all files that Publisher and SQLite make there. */
const FILES = ["", "-journal", "-wal", "-shm"];

/** Makes a directory inside the data directory, in which a restore prepares its copy. Throws StoreUnusable. */
export function makeWorkingDirectory({ path }: DataDirectory): DataDirectory {
  const working = new DataDirectory(join(path, `restoring-${randomBytes(8).toString("hex")}`));
  try {
    mkdirSync(working.path, { mode: 0o700 });
    return working;
  } catch (error) {
    throw new StoreUnusable(`The directory ${working.path} cannot be made: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** Removes the working directories of killed restores. Call it under the lock of servers. */
export function removeWorkingDirectories({ path }: DataDirectory): void {
  for (const name of readdirSync(path)) {
    const isWorking = WORKING.test(name) && lstatSync(join(path, name)).isDirectory();
    if (isWorking) removeWorkingDirectory(new DataDirectory(join(path, name)));
  }
}

/** Removes the files that Publisher made there. A directory with any other file stays. */
export function removeWorkingDirectory({ path, database }: DataDirectory): void {
  try {
    for (const end of FILES) rmSync(database + end, { force: true });
    rmdirSync(path);
  } catch {
    return;
  }
}

/** Throws StoreUnusable for a backup in a working directory, which Publisher removes. */
export function refuseInWorkingDirectory(directory: DataDirectory, backup: string): void {
  const folder = dirname(realpathSync(backup));
  const isInside = dirname(folder) === realpathSync(directory.path);
  if (!isInside || !WORKING.test(folder.slice(dirname(folder).length + 1))) return;
  throw new StoreUnusable(
    `${backup} was left by a restore that was interrupted, and Publisher removes it. Nothing was changed. ` +
      "Restore the backup itself, or move this file to another directory first.",
  );
}
