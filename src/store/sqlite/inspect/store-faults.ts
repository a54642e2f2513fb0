import type { Database } from "bun:sqlite";
import { reasonOf } from "../../../system-errors.ts";
import { consistencyFaults } from "../consistency-rules.ts";
import { Reserve, SPACE_ADVICE } from "../disk-space-reserve.ts";
import type { StoreFile } from "../file/data-directory.ts";
import { readFailureOf } from "../file/file-bytes.ts";
import { isDamage, isReadFailure, mayBeOutOfSpace } from "../sqlite-errors.ts";
import { StoreDamaged, StoreUnusable } from "../store-unusable.ts";

/** The primary result code of I/O errors, the lowest byte of the extended ones. https://www.sqlite.org/rescode.html */
const SQLITE_IOERR = 10;
const PRIMARY_CODE = 0xff;

/** Reads every page and row. Throws StoreUnusable, with one line, if the store is not sound. */
export function refuseUnsound(database: Database, path: string): void {
  const faults = wholeFaults(database);
  if (faults.length > 0) throw faulty(path, faults);
}

/** The faults of all pages and rows, one a line; empty if the store is sound. Opens no file. */
export function wholeFaults(database: Database): readonly string[] {
  const broken = integrityFaults(database, "integrity_check");
  return broken.length > 0 ? broken : consistencyFaults(database);
}

/** Reads the whole file again: SQLite reports a page that the disk cannot read as a fault of the store. */
export function faulty(path: string, faults: readonly string[]): StoreUnusable {
  const readError = faults.find(isReadError);
  if (readError !== undefined) return unreadable(path, readError);
  const failure = readFailureOf(path);
  return failure === null ? damaged(path, faults) : unreadable(path, reasonOf(failure));
}

function isReadError(fault: string): boolean {
  const [, code = ""] = /error code[ =](\d+)/.exec(fault) ?? [];
  return (Number(code) & PRIMARY_CODE) === SQLITE_IOERR;
}

function unreadable(path: string, fault: string): StoreUnusable {
  return new StoreUnusable(
    `The disk with ${path} cannot be read: ${fault.replaceAll("\n", " ")}. The store was left as it is and may be sound. ` +
      "Look at the disk and the system's log before you restore a backup.",
  );
}

function damaged(path: string, faults: readonly string[]): StoreDamaged {
  const [fault = ""] = faults;
  return new StoreDamaged(
    `${path} is damaged: ${fault.replaceAll("\n", " ")}. It was left as it is; "publisher restore" puts a backup in its place.`,
    faults,
  );
}

/** Opens a store. Uses the reserve where the disk is full. Throws StoreUnusable if it cannot be opened. */
export function withPlainErrors<T>(directory: StoreFile, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof StoreUnusable) throw error;
    if (
      mayBeOutOfSpace(error) &&
      directory.reserve !== undefined &&
      new Reserve(directory.reserve).releaseToOpen()
    )
      return withPlainErrors(directory, open);
    const path = directory.database;
    if (isReadFailure(error)) throw unreadable(path, reasonOf(error));
    if (isDamage(error)) throw faulty(path, [error instanceof Error ? error.message : ""]);
    const next = mayBeOutOfSpace(error) ? ` ${SPACE_ADVICE}` : "";
    throw new StoreUnusable(`The store ${path} cannot be opened: ${reasonOf(error)}.${next}`, {
      cause: error,
    });
  }
}

/** The faults that SQLite finds in the file, one a line; empty if it is sound. */
export function integrityFaults(
  database: Database,
  check: "quick_check" | "integrity_check",
): readonly string[] {
  const rows = database.query<Record<string, string>, []>(`PRAGMA ${check}`).all();
  return rows.flatMap((row) => Object.values(row)).filter((line) => line !== "ok");
}
