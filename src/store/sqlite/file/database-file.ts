import { constants } from "bun:sqlite";
import { closeSync, openSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * The flags for opening a file of a store: the file must be there, and is never opened through a link. Another user of the
 * directory may put a link there after Publisher looked. https://www.sqlite.org/c3ref/open.html
 */
export const READING = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_NOFOLLOW;
export const CHANGING = constants.SQLITE_OPEN_READWRITE | constants.SQLITE_OPEN_NOFOLLOW;

/** How long opening waits for another process that makes or closes the store. */
export const OPENING_TIMEOUT_MS = 5000;

/** The same path without links in its directory: these flags forbid them there too. */
export function withoutLinks(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** Makes an empty file for its owner alone, unless something is there. */
export function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
