import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../../system-errors.ts";
import { writeNewFile } from "./file/file-bytes.ts";

/** The size of the reserve: room for the store's -shm file and for many revocations. */
export const RESERVE_BYTES = 4 * 1024 * 1024;

/** The end of the reserve, which only opening the store may use: room for its -wal and -shm files. */
const OPENING_BYTES = 64 * 1024;

/** The reserve never takes the last free bytes of a disk. */
const LEFT_FREE_BYTES = 1024 * 1024;

/** The free space that a store needs on its disk to take changes, with or without its reserve; as `5 MiB`. */
export const ENOUGH_SPACE = `${mebibytes(RESERVE_BYTES + LEFT_FREE_BYTES)} MiB`;

/** The time for another process to complete its draft of the reserve. */
const DRAFT_LIMIT_MS = 1000;

const RETRY_MS = 10;

/** The next step if there is no space to make or open a store. */
export const SPACE_ADVICE = "Free at least 1 MB on its disk, and try again.";

/** The disk has too little space left. */
export class OutOfSpace extends Error {}

/** As in `statfsSync`. Some network file systems report 0 for all of it. */
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
  readonly #draftLimitMs: number;

  constructor(
    path: string,
    spaceIn: (directory: string) => DiskSpace = (directory) => statfsSync(directory),
    draftLimitMs = DRAFT_LIMIT_MS,
  ) {
    this.#path = path;
    this.#spaceIn = spaceIn;
    this.#draftLimitMs = draftLimitMs;
  }

  /** Makes the reserve unless it is there. Throws an Error that says why it cannot be made: OutOfSpace on a full disk. */
  require(): void {
    try {
      if (this.#size !== RESERVE_BYTES) this.#make();
    } catch (error) {
      if (isOutOfSpace(error)) throw this.#outOfSpace();
      // Without the cause: the message has its reason, and the log would show it again.
      throw new Error(`${this.#path}, the disk space for revocations, cannot be made: ${reasonOf(error)}`);
    }
  }

  /** Throws OutOfSpace if the disk has less space left than changes may need. */
  requireRoom(): void {
    this.#requireFree(LEFT_FREE_BYTES);
  }

  /** Frees space for a revocation. Returns false if there is none left for it, or if it cannot be freed. */
  release(): boolean {
    return succeeds(() => cut(this.#path, (size) => Math.min(size, OPENING_BYTES)));
  }

  /** Frees 64 KiB to open the store. Returns false if there is nothing left, or if it cannot be freed. */
  releaseToOpen(): boolean {
    return succeeds(() => cut(this.#path, (size) => Math.max(size - OPENING_BYTES, 0)));
  }

  /** In bytes. */
  get #size(): number {
    return lstatSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  #requireFree(bytes: number): void {
    const { blocks, bavail, bsize } = this.#spaceIn(dirname(this.#path));
    if (blocks > 0 && bavail * bsize < bytes) throw this.#outOfSpace();
  }

  #outOfSpace(): OutOfSpace {
    return new OutOfSpace(`the disk of ${dirname(this.#path)} is nearly full: free ${ENOUGH_SPACE} there`);
  }

  #make(): void {
    const draft = `${this.#path}.new`;
    const startedAt = performance.now();
    while (this.#size !== RESERVE_BYTES && !this.#tryToMake(draft)) {
      // The process of the draft is dead, or very slow.
      if (performance.now() - startedAt >= this.#draftLimitMs) rmSync(draft, { force: true });
      Bun.sleepSync(RETRY_MS);
    }
  }

  /** Returns false while another process has the draft. */
  #tryToMake(draft: string): boolean {
    this.#requireFree(RESERVE_BYTES + LEFT_FREE_BYTES);
    try {
      // Random bytes: a file system that compresses would give zeros no space.
      writeNewFile(draft, randomBytes(RESERVE_BYTES));
      renameSync(draft, this.#path);
      return true;
    } catch (error) {
      if (isOfAnotherProcess(error, draft)) return false;
      rmSync(draft, { force: true });
      throw error;
    }
  }
}

/** True if another process made the draft before, or removed it. */
function isOfAnotherProcess(error: unknown, draft: string): boolean {
  if (!(error instanceof Error && "code" in error)) return false;
  return error.code === "EEXIST" || (error.code === "ENOENT" && existsSync(dirname(draft)));
}

/** True if the disk is full, or if the quota is used up. */
export function isOutOfSpace(error: unknown): boolean {
  if (error instanceof OutOfSpace) return true;
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

function mebibytes(bytes: number): number {
  return bytes / 1024 ** 2;
}

/** On a disk that fails or is read-only, the write that needs the space reports the reason. */
function succeeds(free: () => boolean): boolean {
  try {
    return free();
  } catch {
    return false;
  }
}

/**
 * Cuts a file to the size that `sizeAfter` gives for its size. Returns whether that freed anything. The name may lead to
 * a file of somebody else, which stays as it is.
 */
function cut(path: string, sizeAfter: (size: number) => number): boolean {
  const file = openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    const status = fstatSync(file);
    const isForeign = process.geteuid?.() === 0 && status.uid !== 0;
    const size = sizeAfter(status.size);
    if (!status.isFile() || status.nlink !== 1 || isForeign || size === status.size) return false;
    ftruncateSync(file, size);
    return true;
  } finally {
    closeSync(file);
  }
}
