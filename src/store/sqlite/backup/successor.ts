import { lstatSync, readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { type DataDirectory, syncDirectory } from "../file/data-directory.ts";
import { digestOf, writeNewFile } from "../file/file-bytes.ts";
import { refuseOddFiles } from "../file/file-safety.ts";
import { StoreUnusable } from "../store-unusable.ts";

/** Writes the checksum of the file that will be the successor of the store; on disk when this returns. */
export function writeChecksum({ path, successorChecksum }: DataDirectory, prepared: string): void {
  rmSync(successorChecksum, { force: true });
  writeNewFile(successorChecksum, Buffer.from(`${digestOf(prepared)}\n`));
  syncDirectory(path);
}

/** A checksum that stays fits no other file. */
export function removeChecksum({ successorChecksum }: DataDirectory): void {
  try {
    rmSync(successorChecksum, { force: true });
  } catch {
    return;
  }
}

/** With these errors the data directory cannot be used, which opening it reports. */
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
 * Returns false where another process completed the replacement meanwhile. Throws StoreUnusable unless the successor is the
 * unchanged file of a restore: a backup under its name would bring tokens back to life, and another file would destroy
 * the store.
 */
export function requireChecksum(directory: DataDirectory): boolean {
  const { path, successor, successorChecksum } = directory;
  refuseOddFiles({ path, files: [successor, successorChecksum] });
  try {
    if (readFileSync(successorChecksum, "utf8").trim() === digestOf(successor)) return true;
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
