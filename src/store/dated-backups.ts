import { lstatSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { DATED, datedPath } from "./backup.ts";
import { isPublisherStore } from "./examination.ts";
import { differenceFrom } from "./store-state.ts";

/** What became of the older backups in a directory, by their paths. */
export interface Kept {
  readonly removed: readonly string[];
  /** Those with a date that has not come yet, which are neither counted nor removed. */
  readonly ahead: readonly string[];
}

/**
 * Removes all but the newest dated backups of a directory, of those that are older than `made`, which was made just now. Other files stay, and
 * so do backups that are no earlier state of the store that `made` is of. Others may do the same at the same time.
 */
export function keepNewest(made: string, count: number, now: Date): Kept {
  const directory = dirname(made);
  const dated = readdirSync(directory)
    .filter((name) => DATED.test(name))
    .sort()
    .map((name) => join(directory, name))
    .filter((path) => isEarlierBackup(made, path));
  const latest = datedPath(directory, now);
  const counted = dated.filter((path) => path <= latest);
  const tooMany = counted.slice(0, Math.max(counted.length - count, 0));
  // What is newer, another process made meanwhile: if each removed the one of the other, there would be none.
  const removed = tooMany.filter((path) => path < made);
  for (const path of removed) rmSync(path, { force: true });
  return { removed, ahead: dated.filter((path) => path > latest) };
}

/** False too for a file that another process removes meanwhile. */
function isEarlierBackup(made: string, path: string): boolean {
  try {
    return lstatSync(path).isFile() && isPublisherStore(path) && differenceFrom(made, path) === null;
  } catch {
    return false;
  }
}
