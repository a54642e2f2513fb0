import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  truncateSync,
} from "node:fs";
import { dirname } from "node:path";
import { writeWholly } from "./file-bytes.ts";
import { reasonOf } from "./reason.ts";

/** The size of the reserve: room for the store's -shm file and for many revocations. */
export const RESERVE_BYTES = 4 * 1024 * 1024;

/** The end of the reserve, which only opening the store may use: room for its -wal and -shm files. */
const OPENING_BYTES = 64 * 1024;

/** The reserve never takes the last free bytes of a disk. */
const LEFT_FREE_BYTES = 1024 * 1024;

/** What a file system says of itself; on some network file systems all of it is 0. */
interface DiskSpace {
  readonly blocks: number;
  readonly bavail: number;
  readonly bsize: number;
}

/**
 * A file that holds space on the disk. When the disk is full, revocations use its space, except for its last 64 KiB:
 * with these a server can start. Without the whole file no other change is written.
 */
export class Reserve {
  readonly #path: string;
  readonly #spaceIn: (directory: string) => DiskSpace;

  constructor(
    path: string,
    spaceIn: (directory: string) => DiskSpace = (directory) => statfsSync(directory),
  ) {
    this.#path = path;
    this.#spaceIn = spaceIn;
  }

  /** Makes the reserve unless it is there. Throws an Error that says why it cannot be made. */
  require(): void {
    if (this.#size === RESERVE_BYTES) return;
    try {
      this.#make();
    } catch (error) {
      throw new Error(`${this.#path}, the disk space for revocations, cannot be made: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Throws an Error if the disk has less space left than changes may need. */
  requireRoom(): void {
    this.#requireFree(LEFT_FREE_BYTES);
  }

  /** Frees space for a revocation. Returns false if there is none left for it. */
  release(): boolean {
    if (this.#size <= OPENING_BYTES) return false;
    truncateSync(this.#path, OPENING_BYTES);
    return true;
  }

  /** Frees space to open the store. Returns false if there is none left. */
  releaseToOpen(): boolean {
    if (this.release()) return true;
    const hadSpace = this.#size > 0;
    rmSync(this.#path, { force: true });
    return hadSpace;
  }

  /** In bytes. */
  get #size(): number {
    return lstatSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  #requireFree(bytes: number): void {
    const { blocks, bavail, bsize } = this.#spaceIn(dirname(this.#path));
    if (blocks > 0 && bavail * bsize < bytes)
      throw new Error(`the disk has less than ${bytes / 1024 ** 2} MiB free`);
  }

  #make(): void {
    const draft = `${this.#path}.new`;
    rmSync(draft, { force: true });
    this.#requireFree(RESERVE_BYTES + LEFT_FREE_BYTES);
    try {
      write(draft);
      renameSync(draft, this.#path);
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

/** Random bytes: a file system that compresses would give zeros no space. */
function write(path: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeWholly(file, randomBytes(RESERVE_BYTES));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
