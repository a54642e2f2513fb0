import type { Database } from "bun:sqlite";
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isPublisherFile } from "../file/file-header.ts";
import { openImmutable } from "../file/reader.ts";
import { type Difference, differenceFrom, unreadable } from "../file/store-state.ts";
import { DATED, datedPath } from "./backup.ts";

/** The older backups in a directory, by their paths. */
export interface OlderBackups {
  readonly removed: readonly string[];
  /** Backups with a date in the future: neither counted nor removed. */
  readonly ahead: readonly string[];
  /** Files with such names that are no earlier state of the store: neither counted nor removed. */
  readonly passedOver: readonly PassedOver[];
}

export interface PassedOver {
  readonly path: string;
  /** The reason, for the end of a sentence about the file. */
  readonly text: string;
}

const NO_BACKUP: Difference = { kind: "unreadable", text: "is no backup of Publisher's" };

/**
 * Keeps the newest dated backups of a directory, and removes those before them that are older than `made`, which was made
 * just now. Leaves other files, backups of other stores and backups with later changes. Other processes may do the same
 * at the same time.
 */
export function keepNewest(made: string, count: number, now: Date): OlderBackups {
  const dated = datedBeside(made);
  const latest = datedPath(dirname(made), now);
  const earlier = dated.filter(({ difference }) => difference === null).map(({ path }) => path);
  const counted = earlier.filter((path) => path <= latest);
  const tooMany = counted.slice(0, Math.max(counted.length - count, 0));
  // Another process made the newer ones: if each process removed the backup of the other, none would be left.
  const removed = tooMany.filter((path) => path < made);
  for (const path of removed) rmSync(path, { force: true });
  return { removed, ahead: earlier.filter((path) => path > latest), passedOver: passedOver(dated, made) };
}

interface Dated {
  readonly path: string;
  /** Null for an earlier state of the same store. */
  readonly difference: Difference | null;
}

/** The dated backups beside `made`, the earliest first; none where `made` is missing. */
function datedBeside(made: string): readonly Dated[] {
  if (!isThere(made)) return [];
  const directory = dirname(made);
  const names = readdirSync(directory).filter((name) => DATED.test(name));
  const paths = names.sort().map((name) => join(directory, name));
  using present = openImmutable(made);
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
