import { accessSync, closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { reasonOf } from "../../../system-errors.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { refuseOddFiles, refuseWritableByAll } from "./file-safety.ts";

/** The directory with all files of a Publisher. */
export class DataDirectory {
  /** The absolute path of the directory. */
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get database(): string {
    return join(this.path, "publisher.db");
  }

  /** Locked for as long as a server runs here. */
  get lock(): string {
    return join(this.path, "lock.db");
  }

  /** Names the process that holds the lock. Without the lock it means nothing. */
  get lockHolder(): string {
    return join(this.path, "lock.holder");
  }

  /** Holds space on the disk for revocations. */
  get reserve(): string {
    return join(this.path, "reserve");
  }

  get firstToken(): string {
    return join(this.path, "first-token");
  }

  /** A restored store that will replace the database. */
  get successor(): string {
    return `${this.database}-next`;
  }

  /** The SHA-256 of a successor that a restore put there. Without it, another file has that name. */
  get successorChecksum(): string {
    return `${this.successor}.sha256`;
  }

  /** Every file that Publisher opens here. */
  get files(): readonly string[] {
    const { database, lock, lockHolder, reserve, firstToken, successor, successorChecksum } = this;
    const beside = ["-wal", "-shm", "-journal"].map((end) => database + end);
    const drafts = [reserve, firstToken].map((path) => `${path}.new`);
    const ofServer = [lock, `${lock}-journal`, lockHolder, reserve, firstToken, ...drafts];
    return [database, ...beside, successor, successorChecksum, ...ofServer];
  }

  /**
   * Whether there is a file in the place of the store. Throws StoreUnusable if that cannot be seen, or one of the files
   * is a symbolic link, a pipe or the like.
   */
  holdsStore(): boolean {
    try {
      refuseOddFiles(this);
      return lstatSync(this.database, { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      if (error instanceof StoreUnusable) throw error;
      if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return false;
      throw this.#unusable("cannot be read", error);
    }
  }

  /**
   * Makes the directory where there is none, for its owner alone. Throws StoreUnusable if that cannot be, if it cannot
   * be written, or if everybody may write to it.
   */
  make(): void {
    try {
      const first = mkdirSync(this.path, { recursive: true, mode: 0o700 });
      if (first !== undefined) syncDirectory(dirname(first));
    } catch (error) {
      throw this.#unusable("cannot be made", error);
    }
    try {
      accessSync(this.path, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw this.#unusable("cannot be written", error);
    }
    refuseWritableByAll(this);
  }

  #unusable(how: string, cause: unknown): StoreUnusable {
    return new StoreUnusable(`The data directory ${this.path} ${how}: ${reasonOf(cause)}.`, { cause });
  }
}

/** The path of a store. A data directory has a store; a backup is one. */
export type StoreFile = Pick<DataDirectory, "database"> & Partial<Pick<DataDirectory, "reserve">>;

/** Brings new names in a directory to disk. Windows cannot open a directory, and needs no such thing. */
export function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
