import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  statSync,
} from "node:fs";
import { StoreUnusable } from "../store-unusable.ts";

/** A data directory, and every file that Publisher opens in it. */
export interface Files {
  readonly path: string;
  /** By their paths; not all of them need to be there. */
  readonly files: readonly string[];
}

/** Everybody may write. */
const WRITABLE_FOR_ALL = 0o002;
const OWNER_ONLY = 0o700;

/** Windows has no such modes and owners. */
const HAS_MODES = process.platform !== "win32";

/**
 * Throws StoreUnusable for irregular files: through a symbolic link Publisher would write somewhere else, and on a pipe it
 * would wait for ever. The directory itself may be behind a link.
 */
export function refuseOddFiles({ files }: Files): void {
  for (const [path, found] of present(files)) {
    if (found.isFile()) continue;
    const advice = found.isSymbolicLink() ? "Put the file itself there" : "Move it away";
    throw new StoreUnusable(
      `${path} is ${kindOf(found)}. Publisher uses only regular files in its data directory. ${advice}, or choose another --data-dir.`,
    );
  }
}

/** Throws StoreUnusable where everybody may write, and this user cannot end that. */
export function refuseWritableByAll({ path, files }: Files): void {
  if (!HAS_MODES) return;
  const { mode } = statSync(path);
  if ((mode & WRITABLE_FOR_ALL) !== 0) {
    throw new StoreUnusable(
      `Everybody may write to the data directory ${path} (mode ${octal(mode)}), and so replace what is in it. ` +
        "Use a new directory inside it, which Publisher makes for its user alone, or take that right away with chmod o-w.",
    );
  }
  for (const [file, { mode: fileMode, uid }] of present(files))
    if ((fileMode & WRITABLE_FOR_ALL) !== 0 && !mayChangeMode(uid)) throw writableByAll(file, fileMode);
}

/**
 * Closes a file to others, as far as its owner and its file system let this user do that; root leaves its group to a
 * file of another user's, whose server may need it. Throws StoreUnusable if everybody may still write to it.
 *
 * Not for a database that this process has open: closing any descriptor of a file ends the locks of the process on it.
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function closeToOthers(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!HAS_MODES || found === undefined || (found.mode & ~OWNER_ONLY & 0o777) === 0) return;
  try {
    closeFile(path);
  } catch {
    // accessWarnings reports it: a group volume of Kubernetes, SMB and exFAT are like that.
  }
  const mode = lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & WRITABLE_FOR_ALL) !== 0) throw writableByAll(path, mode);
}

/** Without these flags, opening a link leads elsewhere, and opening a pipe waits for a program that writes to it. */
const SAFELY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Uses a descriptor: another file may have the name by now. */
function closeFile(path: string): void {
  const file = openSync(path, SAFELY);
  try {
    const found = fstatSync(file);
    if (found.isFile()) fchmodSync(file, found.uid === process.getuid?.() ? 0o600 : found.mode & 0o770);
  } finally {
    closeSync(file);
  }
}

function writableByAll(path: string, mode: number): StoreUnusable {
  return new StoreUnusable(
    `Everybody may write to ${path} (mode ${octal(mode)}), and this user cannot change that. ` +
      "Let its owner run chmod 600, or mount its file system with modes such as 700. The file was left as it is.",
  );
}

/** The files that are there. */
export function present(files: readonly string[]): readonly (readonly [path: string, found: Stats])[] {
  return files.flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    return found === undefined ? [] : [[path, found] as const];
  });
}

function mayChangeMode(owner: number): boolean {
  const user = process.getuid?.();
  return user === 0 || user === owner;
}

/** The kind of an irregular file, with its article. */
export function kindOf(found: Stats): string {
  if (found.isSymbolicLink()) return "a symbolic link";
  if (found.isDirectory()) return "a directory";
  if (found.isFIFO()) return "a pipe";
  return found.isSocket() ? "a socket" : "a device";
}

export function octal(mode: number): string {
  return (mode & 0o7777).toString(8);
}
