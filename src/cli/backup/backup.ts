import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { noStore } from "../../server/open-tokens.ts";
import { UsageError } from "../../settings/usage-error.ts";
import { backUp, datedPath, isSameFile, unfinishedPath } from "../../store/sqlite/backup/backup.ts";
import { keepNewest, type PassedOver } from "../../store/sqlite/backup/dated-backups.ts";
import type { SetAside } from "../../store/sqlite/backup/set-aside.ts";
import { refuseUnfinished } from "../../store/sqlite/backup/store-replacement.ts";
import { DataDirectory } from "../../store/sqlite/file/data-directory.ts";
import { isPublisherFile } from "../../store/sqlite/file/file-header.ts";
import type { IntegrityReport } from "../../store/sqlite/inspect/integrity-check.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { print, printAfter, readable, say } from "../../terminal/print.ts";
import { enterPathBeside, otherOwner } from "../store/store-owner.ts";
import { withProgress } from "./progress.ts";

export interface BackupFlags {
  /** The count of backups that stay in the directory; without it the target is a file. */
  readonly keep?: string;
  /** False after `--no-progress`. */
  readonly progress?: boolean;
}

const KEEP_MAX = 100_000;

/** Backs the store up into a file, or into a dated one in a directory, with or without a running server. */
export async function backup(dataDir: string, target: string, flags: BackupFlags): Promise<void> {
  const directory = new DataDirectory(dataDir);
  refuseUnfinished(directory);
  if (!directory.holdsStore()) throw noStore(directory);
  const count = keepSetting(flags.keep);
  const path = count === null ? resolve(target) : datedPath(requireFolder(resolve(target)), new Date());
  requireDirectoryOf(path);
  const owner = otherOwner(directory);
  if (owner !== null) enterPathBeside(owner, path);
  requireFree(path, directory);
  const make = flags.progress !== false && process.stderr.isTTY ? visibly : quietly;
  if (!(await make(directory, path))) return;
  if (count !== null) removeOlder(path, count);
}

function removeOlder(made: string, count: number): void {
  const { removed, ahead, passedOver } = keepNewest(made, count, new Date());
  for (const old of removed) say(`Removed ${old}.\n`);
  for (const other of ahead)
    say(
      `${other} has a date in the future: --keep neither counts nor removes it. Look at the clock, or rename the file.\n`,
    );
  say(passedOverSentence(passedOver));
}

/** One message for all, because every backup repeats it until they are gone. Empty for none. */
function passedOverSentence(files: readonly PassedOver[]): string {
  const [first] = files;
  if (first === undefined) return "";
  const { path, text } = first;
  if (files.length === 1)
    return `--keep neither counts nor removes ${path}, which ${text}. Keep it elsewhere, or remove it.\n`;
  return (
    `--keep neither counts nor removes ${files.length} files with such names in ${dirname(path)}. ` +
    `One is ${basename(path)}, which ${text}. Keep them elsewhere, or remove them.\n`
  );
}

/** Returns true on success, like `visibly`. */
async function quietly(directory: DataDirectory, path: string): Promise<boolean> {
  const integrity = backUp(directory, path, (aside) => say(setAsideSentence(path, aside)));
  await printAfter(`${path} was written`, print(report(directory, path, integrity)));
  return true;
}

function setAsideSentence(path: string, { path: aside, fault }: SetAside): string {
  return `The old ${path} ${fault}. It is kept as ${aside}, and the new backup takes its place.\n`;
}

/** The same in a process of its own. It gets the path with its date, since its clock is later. */
async function visibly(directory: DataDirectory, path: string): Promise<boolean> {
  const work = {
    command: ["backup", "--no-progress", `--data-dir=${directory.path}`, "--", path],
    bytes: statSync(directory.database).size,
    copyOf: (process: number) => unfinishedPath(path, process),
  };
  return await printAfter(`${path} was written`, withProgress(work));
}

function keepSetting(keep: string | undefined): number | null {
  if (keep === undefined) return null;
  const count = /^\d{1,6}$/.test(keep) ? Number(keep) : Number.NaN;
  if (count >= 1 && count <= KEEP_MAX) return count;
  throw new UsageError(
    `--keep must be a whole number from 1 to ${KEEP_MAX}, and is ${JSON.stringify(keep)}.`,
  );
}

/** Makes no missing directory: it can be a disk that is not mounted. */
function requireFolder(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new CommandFailure(
    `With --keep, the backup goes into a directory, and ${path} is none. Make it first.`,
  );
}

function requireDirectoryOf(path: string): void {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  throw new CommandFailure(`There is no directory ${folder}. Make it first.`);
}

/** A backup may replace an older backup, and no other file. */
function requireFree(path: string, directory: DataDirectory): void {
  if (isOwnPath(path, directory)) throw inUse(path);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (there.isDirectory())
    throw new CommandFailure(
      `${path} is a directory. Name a file, or add --keep 7 to keep the newest 7 backups there.`,
    );
  if (isSameFile(path, directory.database)) throw inUse(path);
  if (!there.isFile() || !isPublisherFile(path))
    throw new CommandFailure(`${path} is there already, and is no backup of Publisher's. Name another file.`);
}

/** True for the path of a file of a store. Some file systems ignore upper case. */
function isOwnPath(path: string, directory: DataDirectory): boolean {
  const folder = new DataDirectory(dirname(path));
  const names = folder.files.map((file) => basename(file));
  const isDataDirectory = isSameFile(folder.path, directory.path) || existsSync(folder.database);
  return (isDataDirectory ? names : [basename(folder.database)]).includes(basename(path).toLowerCase());
}

function inUse(path: string): CommandFailure {
  return new CommandFailure(
    `${path} is the place of a store itself, or of a file that Publisher keeps beside it. Name another file for the backup.`,
  );
}

function report({ database }: DataDirectory, path: string, integrity: IntegrityReport): string {
  const { tokens, auditEvents, schemaVersion } = integrity;
  return readable(
    `Backed up ${database} to ${path}: sound, schema ${schemaVersion}, tokens: ${tokens}, audit events: ${auditEvents}.\n`,
  );
}
