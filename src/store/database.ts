import { constants, Database } from "bun:sqlite";
import { chmodSync, closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { DataDirectory } from "./data-directory.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { reasonOf } from "./reason.ts";
import { schemaFault } from "./schema.ts";
import { isBusy, isDamage } from "./sqlite-errors.ts";
import { StoreUnusable } from "./store-unusable.ts";

/** Marks the file as Publisher's: "Publ" in ASCII. https://www.sqlite.org/pragma.html#pragma_application_id */
export const APPLICATION_ID = 0x5075626c;

/** The schema that this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The first bytes of every SQLite file. https://www.sqlite.org/fileformat.html#the_database_header */
const SQLITE_MAGIC = "SQLite format 3\0";

/** How long SQLite itself may wait for another process; the event loop stands still meanwhile. */
const BUSY_TIMEOUT_MS = 20;

/** How long opening waits for another process that makes or closes the store. */
const OPENING_TIMEOUT_MS = 5000;
const RETRY_MS = 10;

/** Opens the store of a data directory for reading and writing, making or migrating it as needed. */
export function openDatabase(directory: DataDirectory): Database {
  return withPlainErrors(directory, () => {
    if (!isNew(directory.database)) inspect(directory);
    else refuseEmptied(directory);
    const database = new Database(directory.database, { create: true, readwrite: true });
    closeToOthers(directory.database);
    try {
      database.run(`PRAGMA busy_timeout = ${OPENING_TIMEOUT_MS}`);
      migrate(database, SCHEMA_VERSION);
      configure(database);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

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

/**
 * A connection to a file that nobody changes: it takes no locks and makes no files beside it, so that it also
 * works where nothing can be written. https://www.sqlite.org/uri.html#uriimmutable
 */
function openAtRest(path: string): Database {
  const address = `${pathToFileURL(path).href}?immutable=1`;
  return new Database(address, constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI);
}

/** A connection of its own that reads one moment of the store while others write. */
export function openReader(path: string): Database {
  const database = new Database(path, { readonly: true });
  database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return database;
}

/** Everything that SQLite finds wrong with the file, a line each; empty if it is sound. */
export function integrityFaults(
  database: Database,
  check: "quick_check" | "integrity_check",
): readonly string[] {
  const rows = database.query<Record<string, string>, []>(`PRAGMA ${check}`).all();
  return rows.flatMap((row) => Object.values(row)).filter((line) => line !== "ok");
}

export function schemaVersion(database: Database): number {
  return pragma(database, "user_version");
}

/** Takes the store to that schema, in one transaction: wholly or not at all. */
export function migrate(database: Database, version: number): void {
  const run = database.transaction(() => {
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index >= schemaVersion(database) && index < version) database.run(migration);
    }
    database.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.run(`PRAGMA user_version = ${version}`);
  });
  if (schemaVersion(database) < version) run.immediate();
}

/**
 * An acknowledged change is on disk: in WAL mode that takes synchronous=FULL, and on macOS, where fsync does not
 * wait for the disk, fullfsync. https://www.sqlite.org/pragma.html#pragma_synchronous
 */
function configure(database: Database): void {
  enterWal(database);
  database.run("PRAGMA synchronous = FULL");
  if (process.platform === "darwin") {
    database.run("PRAGMA fullfsync = ON");
    database.run("PRAGMA checkpoint_fullfsync = ON");
  }
  database.run("PRAGMA foreign_keys = ON");
  database.run("PRAGMA trusted_schema = OFF");
  database.run("PRAGMA cell_size_check = ON");
  database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  // Apple's SQLite keeps the -wal file after the last connection is closed; one file is easier to copy.
  database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 0);
}

/** SQLite does not wait by itself where two connections enter WAL mode at once. */
function enterWal(database: Database): void {
  const deadline = performance.now() + OPENING_TIMEOUT_MS;
  for (;;) {
    try {
      database.run("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
    Bun.sleepSync(RETRY_MS);
  }
}

/** Looks at a store that will be written to, before it is: what cannot be used stays as it is. */
function inspect(directory: DataDirectory): void {
  examineDatabase(directory, () => undefined);
}

/** A file without content is a new store, unless what an older one leaves lies beside it. */
function refuseEmptied({ database, firstToken }: DataDirectory): void {
  const isEmptied = existsSync(database) && [firstToken, `${database}-wal`].some((path) => existsSync(path));
  if (isEmptied) throw damaged(database, "it has no content, and what a store leaves lies beside it");
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

function withPlainErrors<T>(directory: DataDirectory, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof StoreUnusable) throw error;
    const path = directory.database;
    if (isDamage(error)) throw damaged(path, error instanceof Error ? error.message : "");
    throw new StoreUnusable(`The store ${path} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
}

function isNew(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/** A store that was copied here may have come with another mode. */
function closeToOthers(path: string): void {
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
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

function pragma(database: Database, name: string): number {
  const row = database.query<Record<string, number>, []>(`PRAGMA ${name}`).get();
  return Number(Object.values(row ?? {})[0] ?? 0);
}
