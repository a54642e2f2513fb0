import { lstatSync, readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { type DataDirectory, syncDirectory } from "../file/data-directory.ts";
import { digestOf, writeNewFile } from "../file/file-bytes.ts";
import { refuseOddFiles } from "../file/file-safety.ts";
import { StoreUnusable } from "../store-unusable.ts";

/** Says that this file, which a restore prepared and checked, is to be the successor of the store; on disk when this returns. */
export function markSuccessor({ path, successorMark }: DataDirectory, prepared: string): void {
  rmSync(successorMark, { force: true });
  writeNewFile(successorMark, Buffer.from(`${digestOf(prepared)}\n`));
  syncDirectory(path);
}

/** A mark that stays is of no other file. */
export function removeMark({ successorMark }: DataDirectory): void {
  try {
    rmSync(successorMark, { force: true });
  } catch {
    return;
  }
}

/** With these errors there is no data directory that could be used, which is told where it is opened. */
const NO_DIRECTORY = ["ENOTDIR", "EACCES", "ENAMETOOLONG", "ELOOP"];

/** Whether there is something under the name of a successor. */
export function hasSuccessor({ successor }: DataDirectory): boolean {
  try {
    return lstatSync(successor, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && NO_DIRECTORY.includes(String(error.code))) return false;
    throw error;
  }
}

/**
 * Whether the successor is there still: another process may complete the replacement meanwhile. Throws StoreUnusable
 * unless it is the file that a restore put there, as it was then: a backup made under its name would bring tokens back
 * to life, and another file would take the store away.
 */
export function requireMarked(directory: DataDirectory): boolean {
  const { path, successor, successorMark } = directory;
  refuseOddFiles({ path, files: [successor, successorMark] });
  try {
    if (readFileSync(successorMark, "utf8").trim() === digestOf(successor)) return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  if (!hasSuccessor(directory)) return false;
  throw new StoreUnusable(
    `${successor} is not the file that a restore put there. Publisher would put it into the place of the store, and so left ` +
      `everything as it is. Move ${basename(successor)} to another directory, outside ${path}. ` +
      "If a restore was interrupted, then run it again.",
  );
}
