import { SQLiteError } from "bun:sqlite";
import { StoreUnavailable } from "../tokens/token-store.ts";

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

export function isDamage(error: unknown): boolean {
  return hasCode(error, "SQLITE_CORRUPT") || hasCode(error, "SQLITE_NOTADB");
}

export function isBusy(error: unknown): boolean {
  return hasCode(error, "SQLITE_BUSY");
}

/** The error as the domain knows it. */
export function asStoreError(error: unknown): unknown {
  if (!STORAGE_CODES.some((code) => hasCode(error, code))) return error;
  return new StoreUnavailable("the store cannot be used now", { cause: error });
}

/** What `work` gives; an error of its is thrown as the domain knows it. */
export function withStoreErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStoreError(error);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof SQLiteError && (error.code ?? "").startsWith(code);
}
