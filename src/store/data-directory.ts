import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { StoreUnusable } from "./store-unusable.ts";

/** Where everything lies that a Publisher keeps. */
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

  /** Says which process holds the lock; without the lock it says nothing. */
  get lockHolder(): string {
    return join(this.path, "lock.holder");
  }

  get firstToken(): string {
    return join(this.path, "first-token");
  }

  holdsStore(): boolean {
    return existsSync(this.database);
  }

  /** Makes the directory where there is none, for its owner alone. Throws StoreUnusable if that cannot be. */
  make(): void {
    try {
      const first = mkdirSync(this.path, { recursive: true, mode: 0o700 });
      if (first !== undefined) syncDirectory(dirname(first));
    } catch (error) {
      throw new StoreUnusable(`The data directory ${this.path} cannot be made: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }
}

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

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "there is no space left",
  EEXIST: "there is a file of that name",
  ENOTDIR: "a part of the path is a file",
  ENOENT: "it does not exist",
};

/** What the operating system's error means, for the end of a sentence. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? error.message;
}
