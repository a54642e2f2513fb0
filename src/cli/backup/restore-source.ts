import {
  chmodSync,
  chownSync,
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyStore } from "../../store/sqlite/backup/store-copy.ts";
import { kindOf } from "../../store/sqlite/file/file-safety.ts";
import type { Acceptance } from "../../store/sqlite/inspect/inspection.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { asOwner, type Owner } from "../store/store-owner.ts";

/** A backup to restore from. */
export interface RestoreSource extends Disposable {
  /** A path without links. */
  readonly path: string;
}

/** Throws CommandFailure unless the path is a regular file: opening a pipe would wait for another program. */
export function requireBackup(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new CommandFailure(`There is no backup at ${path}.`);
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined)
    throw new CommandFailure(`${path} is a symbolic link to a file that does not exist.`);
  if (!file.isFile())
    throw new CommandFailure(`${path} is ${kindOf(file)}, and a backup is a regular file. Name one.`);
  if (file.size === 0) throw new CommandFailure(`There is no backup at ${path}: the file is empty.`);
}

/** The backup itself. */
export function ownSource(path: string): RestoreSource {
  return { path: realpathSync(path), [Symbol.dispose]: () => undefined };
}

/**
 * The backup itself if the owner of the data directory may read it, and else a copy, which root makes for the owner. The
 * disposal removes the copy. Throws StoreUnusable if the backup is not sound.
 */
export function sourceFor(owner: Owner, path: string, acceptance: Acceptance): RestoreSource {
  const source = ownSource(path);
  return asOwner(owner, () => isReadable(source.path)) ? source : copyFor(owner, source.path, acceptance);
}

function isReadable(path: string): boolean {
  try {
    closeSync(openSync(path, "r"));
    return true;
  } catch {
    return false;
  }
}

function copyFor({ found: { uid, gid } }: Owner, backup: string, acceptance: Acceptance): RestoreSource {
  const directory = mkdtempSync(join(tmpdir(), "publisher-restore-"));
  const path = join(directory, "backup.db");
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    copyStore({ from: { database: backup }, to: path, acceptance });
    chmodSync(path, 0o600);
    chownSync(path, uid, gid);
    chownSync(directory, uid, gid);
  } catch (error) {
    remove();
    throw error;
  }
  return { path, [Symbol.dispose]: remove };
}
