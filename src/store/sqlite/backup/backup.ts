import { createHash } from "node:crypto";
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { reasonOf } from "../../../system-errors.ts";
import { type StoreFile, syncDirectory } from "../file/data-directory.ts";
import { requireEarlierState } from "../file/store-state.ts";
import type { IntegrityReport } from "../inspect/integrity-check.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { type SetAside, setAside } from "./set-aside.ts";
import { copyStore, tryToRemove } from "./store-copy.ts";

/** A copy from before a migration, as `publisher.db.schema-3-2026-11-26T15-20-40Z`. */
const BEFORE_MIGRATION = /^publisher\.db\.schema-\d+-/;

/** A backup as `publisher-2026-11-26T15-20-40Z.db`: such names sort by time. */
export const DATED = /^publisher-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z\.db$/;

/** The machine: on one volume, two containers can both have a process 1. */
const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/** After this time, an unfinished backup of another machine counts as left behind, in milliseconds. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** The path of a backup while it is written, beside its final one. */
export function unfinishedPath(path: string, process: number, host = HOST): string {
  return `${path}.unfinished-${host}-${process}`;
}

/**
 * Backs a store up into one file: copied and checked under another name, then renamed, so that there is never half a
 * backup. Replaces only an earlier backup of the same store. Gives an unreadable one another name, and passes that to
 * `onSetAside`. Removes the unfinished files of killed backups to the same path. Throws StoreUnusable.
 */
export function backUp(
  from: StoreFile,
  path: string,
  onSetAside: (aside: SetAside) => void,
): IntegrityReport {
  removeUnfinished(path);
  const unfinished = unfinishedPath(path, process.pid);
  const integrity = copyStore({ from, to: unfinished });
  try {
    const fault = requireEarlierState(unfinished, path);
    if (fault !== null) onSetAside(setAside(path, fault));
    renameSync(unfinished, path);
  } catch (error) {
    tryToRemove(unfinished);
    throw error;
  }
  syncName(path);
  return integrity;
}

function syncName(path: string): void {
  try {
    syncDirectory(dirname(path));
  } catch (error) {
    throw new StoreUnusable(`${path} was written, but may not survive a power cut: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** The path of a backup of that moment in a directory of backups. */
export function datedPath(directory: string, now: Date): string {
  return join(directory, `publisher-${fileTime(now)}.db`);
}

/** A moment as a part of a file's name, such as `2026-11-26T15-20-40Z`, in UTC. */
export function fileTime(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(":", "-")}Z`;
}

/** Unfinished backups of this path, or, for a name with a time in it, of all such names in its directory. */
function removeUnfinished(path: string): void {
  const directory = dirname(path);
  const isOfPath = (name: string) =>
    name === basename(path) ||
    [DATED, BEFORE_MIGRATION].some((timed) => timed.test(basename(path)) && timed.test(name));
  for (const name of readdirSync(directory)) {
    const [, of = "", host, process] = /^(.*)\.unfinished-([0-9a-f]{8})-(\d+)(?:-journal)?$/.exec(name) ?? [];
    const unfinished = join(directory, name);
    const isLeft = host === HOST ? !isAnotherRunning(Number(process)) : isAbandoned(unfinished);
    if (isOfPath(of) && isLeft) rmSync(unfinished, { force: true });
  }
}

function isAbandoned(path: string): boolean {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
  return Date.now() - mtimeMs > ABANDONED_AFTER_MS;
}

function isAnotherRunning(id: number): boolean {
  if (id === process.pid) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Whether both paths lead to the same file. */
export function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}
