import type { Database } from "bun:sqlite";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import type { DataDirectory } from "./data-directory.ts";
import { openAtRest, openReader } from "./reader.ts";
import { reasonOf } from "./reason.ts";
import { Reserve } from "./reserve.ts";
import { APPLICATION_ID, pragma, SCHEMA_VERSION, schemaFault, schemaVersion } from "./schema.ts";
import { isDamage, mayBeOutOfSpace } from "./sqlite-errors.ts";
import { StoreUnusable } from "./store-unusable.ts";

/** The first bytes of every SQLite file. https://www.sqlite.org/fileformat.html#the_database_header */
const SQLITE_MAGIC = "SQLite format 3\0";

/** How long opening waits for another process that makes or closes the store. */
export const OPENING_TIMEOUT_MS = 5000;

/**
 * Reads a store and leaves no trace. Throws StoreUnusable if there is none, or it is not Publisher's, of a newer
 * schema or damaged.
 */
export function examineDatabase<T>(directory: DataDirectory, examine: (database: Database) => T): T {
  const path = directory.database;
  return withPlainErrors(directory, () => {
    refuseOtherFiles(path);
    const before = statSync(path).mtimeMs;
    const isAtRest = () =>
      ["-wal", "-journal"].every((end) => !existsSync(path + end)) && statSync(path).mtimeMs === before;
    if (!isAtRest()) return examined(directory, openReader(path), examine);
    try {
      const outcome = examined(directory, openAtRest(path), examine);
      if (isAtRest()) return outcome;
    } catch (error) {
      if (isAtRest()) throw error;
    }
    return examined(directory, openReader(path), examine);
  });
}

function examined<T>(directory: DataDirectory, database: Database, examine: (database: Database) => T): T {
  try {
    database.run(`PRAGMA busy_timeout = ${OPENING_TIMEOUT_MS}`);
    refuseForeign(database, directory.database);
    refuseDamaged(database, directory.database);
    return examine(database);
  } finally {
    database.close();
  }
}

/** Everything that SQLite finds wrong with the file, a line each; empty if it is sound. */
export function integrityFaults(
  database: Database,
  check: "quick_check" | "integrity_check",
): readonly string[] {
  const rows = database.query<Record<string, string>, []>(`PRAGMA ${check}`).all();
  return rows.flatMap((row) => Object.values(row)).filter((line) => line !== "ok");
}

function refuseOtherFiles(path: string): void {
  if (isNew(path) || !startsAsSqlite(path)) {
    throw new StoreUnusable(`${path} is not a Publisher store. It was left as it is.`);
  }
}

function refuseForeign(database: Database, path: string): void {
  if (pragma(database, "application_id") !== APPLICATION_ID) {
    throw new StoreUnusable(`${path} is the database of another program. It was left as it is.`);
  }
  const version = schemaVersion(database);
  if (version > SCHEMA_VERSION) {
    throw new StoreUnusable(
      `${path} was written by a newer Publisher (schema ${version}; this one knows up to ${SCHEMA_VERSION}). ` +
        "Use that version or a later one. The file was left as it is.",
    );
  }
}

function refuseDamaged(database: Database, path: string): void {
  const [fault = schemaFault(database, schemaVersion(database))] = integrityFaults(database, "quick_check");
  if (fault !== null) throw damaged(path, fault);
}

function damaged(path: string, fault: string): StoreUnusable {
  return new StoreUnusable(
    `${path} is damaged: ${fault.replaceAll("\n", " ")}. It was left as it is; restore a copy of the data directory.`,
  );
}

/** Opens a store; on a full disk with the space that is reserved. Throws StoreUnusable if it cannot be opened. */
export function withPlainErrors<T>(directory: DataDirectory, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof StoreUnusable) throw error;
    if (mayBeOutOfSpace(error) && new Reserve(directory.reserve).release())
      return withPlainErrors(directory, open);
    const path = directory.database;
    if (isDamage(error)) throw damaged(path, error instanceof Error ? error.message : "");
    throw new StoreUnusable(`The store ${path} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
}

export function isNew(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function startsAsSqlite(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(SQLITE_MAGIC.length);
    readSync(file, start, 0, start.length, 0);
    return start.toString("latin1") === SQLITE_MAGIC;
  } finally {
    closeSync(file);
  }
}
