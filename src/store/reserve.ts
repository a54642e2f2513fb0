import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** The size of the reserve: room for the store's -shm file and for many revocations. */
export const RESERVE_BYTES = 1024 * 1024;

/** The reserve never takes the last free bytes of a disk. */
const LEFT_FREE_BYTES = 1024 * 1024;

/**
 * A file that holds space on the disk. When the disk is full, Publisher removes it, and revocations use its space.
 * Without it no other change is written.
 */
export class Reserve {
  readonly #path: string;
  readonly #freeBytes: (directory: string) => number;
  #isWhole = false;

  constructor(path: string, freeBytes = freeBytesOf) {
    this.#path = path;
    this.#freeBytes = freeBytes;
  }

  /** Whether the reserve is there. Makes it if it is not and the disk has room for it. */
  ensure(): boolean {
    this.#isWhole ||= this.#isOnDisk() || this.#make();
    return this.#isWhole;
  }

  /** Frees the space of the reserve. Returns false if there was nothing to free. */
  release(): boolean {
    this.#isWhole = false;
    if (lstatSync(this.#path, { throwIfNoEntry: false }) === undefined) return false;
    rmSync(this.#path, { force: true });
    return true;
  }

  #isOnDisk(): boolean {
    return lstatSync(this.#path, { throwIfNoEntry: false })?.size === RESERVE_BYTES;
  }

  #make(): boolean {
    const draft = `${this.#path}.new`;
    try {
      rmSync(draft, { force: true });
      if (this.#freeBytes(dirname(this.#path)) < RESERVE_BYTES + LEFT_FREE_BYTES) return false;
      write(draft);
      renameSync(draft, this.#path);
      return true;
    } catch {
      rmSync(draft, { force: true });
      return false;
    }
  }
}

/** Random bytes: a file system that compresses would give zeros no space. */
function write(path: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    const bytes = randomBytes(RESERVE_BYTES);
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
