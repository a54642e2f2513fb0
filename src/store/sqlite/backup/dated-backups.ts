import type { Database } from "bun:sqlite";
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isPublisherFile } from "../file/file-header.ts";
import { openAtRest } from "../file/reader.ts";
import { type Difference, differenceFrom, unreadable } from "../file/store-state.ts";
import { DATED, datedPath } from "./backup.ts";

/** What became of the older backups in a directory, by their paths. */
export interface Kept {
  readonly removed: readonly string[];
  /** Those with a date that has not come yet, which are neither counted nor removed. */
  readonly ahead: readonly string[];
  /** Others with such names that are neither counted nor removed, as they are no earlier states of the store. */
  readonly passedOver: readonly PassedOver[];
}

export interface PassedOver {
  readonly path: string;
  /** Why, for the end of a sentence about it. */
  readonly text: string;
}

const NO_BACKUP: Difference = { kind: "unreadable", text: "is no backup of Publisher's" };

/**
 * Removes all but the newest dated backups of a directory, of those that are older than `made`, which was made just now. Other files stay, and
 * so do backups that are no earlier state of the store that `made` is of. Others may do the same at the same time.
 */
export function keepNewest(made: string, count: number, now: Date): Kept {
  const dated = datedBeside(made);
  const latest = datedPath(dirname(made), now);
  const earlier = dated.filter(({ difference }) => difference === null).map(({ path }) => path);
  const counted = earlier.filter((path) => path <= latest);
  const tooMany = counted.slice(0, Math.max(counted.length - count, 0));
  // Another process made the newer ones meanwhile: if each removed the one of the other, there would be none.
  const removed = tooMany.filter((path) => path < made);
  for (const path of removed) rmSync(path, { force: true });
  return { removed, ahead: earlier.filter((path) => path > latest), passedOver: passedOver(dated, made) };
}

interface Dated {
  readonly path: string;
  /** Null for an earlier state of the store that the backup made just now is of. */
  readonly difference: Difference | null;
}

/** The dated backups in the directory of one, the earliest first; none where that one has gone meanwhile. */
function datedBeside(made: string): readonly Dated[] {
  if (!isThere(made)) return [];
  const directory = dirname(made);
  const names = readdirSync(directory).filter((name) => DATED.test(name));
  const paths = names.sort().map((name) => join(directory, name));
  using present = openAtRest(made);
  const dated = paths.map((path) => ({ path, difference: differenceOf(present, path) }));
  // Another process may remove some meanwhile.
  return dated.filter(({ path, difference }) => difference === null || isThere(path));
}

function differenceOf(present: Database, path: string): Difference | null {
  try {
    if (!lstatSync(path).isFile() || !isPublisherFile(path)) return NO_BACKUP;
  } catch (error) {
    return unreadable(error);
  }
  return differenceFrom(present, path);
}

/** Without the later backups of this store that another process made meanwhile. */
function passedOver(dated: readonly Dated[], made: string): readonly PassedOver[] {
  return dated.flatMap(({ path, difference }) => {
    if (difference === null || (difference.kind === "later" && path > made)) return [];
    return [{ path, text: difference.text }];
  });
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
