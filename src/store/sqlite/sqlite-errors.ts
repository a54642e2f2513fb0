import { SQLiteError } from "bun:sqlite";
import { StoreUnavailable } from "../../tokens/token-store.ts";

/**
 * The result codes that mean trouble with the storage and not with the statement; extended codes begin with them.
 * https://www.sqlite.org/rescode.html
 */
const STORAGE_CODES = [
  "SQLITE_FULL",
  "SQLITE_IOERR",
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_READONLY",
  "SQLITE_CANTOPEN",
  "SQLITE_CORRUPT",
  "SQLITE_NOTADB",
  "SQLITE_NOMEM",
  "SQLITE_PROTOCOL",
];

/** How long a read waits for another process that recovers or closes the store; nothing else runs meanwhile. */
const READ_PATIENCE_MS = 20;

export function isDamage(error: unknown): boolean {
  return hasCode(error, "SQLITE_CORRUPT") || hasCode(error, "SQLITE_NOTADB");
}

/** Whether the disk, and not the file, is at fault. */
export function isReadFailure(error: unknown): boolean {
  return hasCode(error, "SQLITE_IOERR_READ") || hasCode(error, "SQLITE_IOERR_CORRUPTFS");
}

export function isBusy(error: unknown): boolean {
  return hasCode(error, "SQLITE_BUSY");
}

export function isReadOnly(error: unknown): boolean {
  return hasCode(error, "SQLITE_READONLY");
}

/** On a full disk; where a quota is used up; where there is no space for the -shm file. */
const SPACE_CODES = ["SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"];

/** Whether more space could let it succeed. */
export function mayBeOutOfSpace(error: unknown): boolean {
  return SPACE_CODES.some((code) => hasCode(error, code));
}

/** Whether the disk is full, for certain. */
export function isFull(error: unknown): boolean {
  return hasCode(error, "SQLITE_FULL");
}

/** Whether reading or writing failed, so that some of a change may have reached the disk. */
export function isIoError(error: unknown): boolean {
  return hasCode(error, "SQLITE_IOERR");
}

export function isStorageError(error: unknown): boolean {
  return STORAGE_CODES.some((code) => hasCode(error, code));
}

/** Turns an error of the storage into StoreUnavailable. */
export function asStoreError(error: unknown): unknown {
  if (!isStorageError(error)) return error;
  return new StoreUnavailable("the store cannot be used now", { cause: error });
}

export function throwAsStoreError(error: unknown): never {
  throw asStoreError(error);
}

/** Returns the result of `read`. Throws StoreUnavailable if the storage fails. */
export function withStoreErrors<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isBusy(error)) return readAgain(read);
    throw asStoreError(error);
  }
}

function readAgain<T>(read: () => T): T {
  const deadline = performance.now() + READ_PATIENCE_MS;
  for (;;) {
    Bun.sleepSync(1);
    try {
      return read();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw asStoreError(error);
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof SQLiteError && (error.code ?? "").startsWith(code);
}
