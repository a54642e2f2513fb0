import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, statSync, writeSync } from "node:fs";

/**
 * The bytes of a file at an offset; null where it is too short. Not for a database that this process has open: closing
 * any descriptor of a file ends the locks of the process on it.
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function bytesAt(path: string, offset: number, count: number): Buffer | null {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(count);
    return readSync(file, bytes, 0, count, offset) === count ? bytes : null;
  } finally {
    closeSync(file);
  }
}

/** Writes all bytes, or throws. On a full disk a single call can write some of them without an error. */
export function writeWholly(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    const count = writeSync(file, bytes, written);
    if (count === 0) throw new Error("the disk takes no more bytes");
    written += count;
  }
}

/** Makes a file for its owner alone; on disk when this returns. Throws where the name is taken. */
export function writeNewFile(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeWholly(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export function syncFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** In bytes; 0 where there is no file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

const CHUNK_BYTES = 1_048_576;

/** The error of reading the whole file; null if there is none. */
export function readFailureOf(path: string): unknown {
  try {
    readEach(path, () => undefined);
    return null;
  } catch (error) {
    return error;
  }
}

/** The SHA-256 of a file's content, in hexadecimal digits. */
export function digestOf(path: string): string {
  const hash = createHash("sha256");
  readEach(path, (bytes) => hash.update(bytes));
  return hash.digest("hex");
}

/** Reads a whole file. The next bytes overwrite those that `take` got. */
function readEach(path: string, take: (bytes: Uint8Array) => void): void {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let offset = 0, count = 1; count > 0; offset += count) {
      count = readSync(file, chunk, 0, chunk.length, offset);
      take(chunk.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
