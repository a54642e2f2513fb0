import type { Database } from "bun:sqlite";
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { reasonOf } from "../../../system-errors.ts";
import { knownFaults, missingRows } from "../consistency-rules.ts";
import type { DataDirectory } from "../file/data-directory.ts";
import { bytesAt, readFailureOf } from "../file/file-bytes.ts";
import { hasJournal, tellingJournal } from "../file/left-journal.ts";
import { identityOf } from "../file/opened-files.ts";
import { openAtRest } from "../file/reader.ts";
import { saysInUse } from "../file/store-at-rest.ts";
import { openForeignReader } from "../owner/foreign-reader.ts";
import { Reserve } from "../reserve.ts";
import { APPLICATION_ID, pragma, SCHEMA_VERSION, schemaFault, schemaVersion } from "../schema.ts";
import { isDamage, isReadFailure, mayBeOutOfSpace } from "../sqlite-errors.ts";
import { NoStore, StoreDamaged, StoreUnusable } from "../store-unusable.ts";

/** The first bytes of every SQLite file. https://www.sqlite.org/fileformat.html#the_database_header */
const SQLITE_MAGIC = "SQLite format 3\0";

/** Where the header says by which kind of journal the file is written, and what it says for WAL mode. */
const WRITE_VERSION_OFFSET = 18;
const WAL_VERSION = 2;
/** Where the header names the program that made the file. */
const APPLICATION_ID_OFFSET = 68;

/** The result code of input and output, of which extended ones have the lowest byte. https://www.sqlite.org/rescode.html */
const SQLITE_IOERR = 10;
const PRIMARY_CODE = 0xff;

/** How long opening waits for another process that makes or closes the store. */
export const OPENING_TIMEOUT_MS = 5000;

/** Where a store is. A data directory has one; a backup is one. */
export type StoreFile = Pick<DataDirectory, "database"> & Partial<Pick<DataDirectory, "reserve">>;

/** Whether a file without its last changes is good enough: mostly not. */
export type Acceptance = "whole" | "part";

/**
 * Reads a store and leaves no trace. Throws StoreUnusable if there is none, or it is not Publisher's, of a newer
 * schema or damaged.
 */
export function inspectDatabase<T>(
  directory: StoreFile,
  inspect: (database: Database) => T,
  acceptance: Acceptance = "whole",
): T {
  return withPlainErrors(directory, () =>
    untilInPlace(directory.database, () =>
      tellingJournal(directory.database, () => inspectOnce(directory, inspect, acceptance)),
    ),
  );
}

/** A store that was opened just before another one took its place may have been read with the -wal file of that one. */
function untilInPlace<T>(path: string, read: () => T): T {
  const before = identityOf(path);
  try {
    const outcome = read();
    if (identityOf(path) === before) return outcome;
  } catch (error) {
    if (identityOf(path) === before) throw error;
  }
  return untilInPlace(path, read);
}

function inspectOnce<T>(directory: StoreFile, inspect: (database: Database) => T, acceptance: Acceptance): T {
  const path = directory.database;
  const before = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  refuseOtherFiles(directory);
  const isWal = isInWalMode(path);
  if (!isWal) refuseForeignWal(path);
  // Beside a store at rest, which has left WAL mode, SQLite takes an empty -wal file as missing.
  const hasWal = () => (isWal ? existsSync(`${path}-wal`) : !isNew(`${path}-wal`));
  const isAtRest = () => !hasWal() && !hasJournal(path) && statSync(path).mtimeMs === before;
  if (!isAtRest()) return inspected(directory, openForeignReader(path), inspect);
  try {
    const outcome = inspected(directory, openAtRest(path), (database) => {
      if (isWal && acceptance === "whole") refusePart(database, path);
      return inspect(database);
    });
    if (isAtRest()) return outcome;
  } catch (error) {
    if (isAtRest()) throw error;
  }
  return inspected(directory, openForeignReader(path), inspect);
}

function inspected<T>(directory: StoreFile, database: Database, inspect: (database: Database) => T): T {
  try {
    database.run(`PRAGMA busy_timeout = ${OPENING_TIMEOUT_MS}`);
    refuseForeign(database, directory.database);
    refuseDamaged(database, directory.database);
    return inspect(database);
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

function refuseOtherFiles({ database: path, reserve }: StoreFile): void {
  if (!isNew(path) && startsAsSqlite(path)) return;
  const isInDataDirectory = reserve !== undefined;
  const next = isInDataDirectory ? ' If your store was here, run "publisher restore" with a backup.' : "";
  throw new NoStore(path, next);
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

/** See StoreDatabase for what the mark and the -wal file mean together. */
function refusePart(database: Database, path: string): void {
  if (!saysInUse(database)) return;
  throw new StoreUnusable(
    `${path} is a part of a store: it was in use, and its file ${basename(path)}-wal with the last changes is missing. ` +
      "It was left as it is. Put that file beside it, or restore a backup. " +
      `"publisher restore ${path} --accept-part" takes it as it is, which is right for a copy that Litestream or ` +
      "SQLite's own backup made; otherwise these changes are lost. Unless the old store is still there, add " +
      "--revocations FILE or --without-revocations.",
  );
}

/**
 * A store at rest has left WAL mode, so a -wal file beside it comes from another one. SQLite would mix both, unless the
 * -wal file is empty: then SQLite takes it as missing. Each is looked at twice, as a process may open or close the
 * store meanwhile.
 */
function refuseForeignWal(path: string): void {
  const hasForeignWal = () => !isNew(`${path}-wal`) && !isInWalMode(path);
  if (!hasForeignWal() || !hasForeignWal()) return;
  throw new StoreUnusable(
    `${path} and ${basename(path)}-wal are not of the same store: a backup was copied over a store that was in use. ` +
      'Both were left as they are. Move both away, and run "publisher restore" with the backup.',
  );
}

function refuseDamaged(database: Database, path: string): void {
  const [broken = schemaFault(database, schemaVersion(database))] = integrityFaults(database, "quick_check");
  const fault = broken ?? missingRows(database)[0];
  if (fault !== undefined) throw faulty(path, [fault]);
}

/** Reads every page and row. Throws StoreUnusable, a sentence on one line, if something is wrong. */
export function refuseUnsound(database: Database, path: string): void {
  const faults = wholeFaults(database);
  if (faults.length > 0) throw faulty(path, faults);
}

/** Everything that is wrong with any page or row, a line each; empty if the store is sound. Opens no file. */
export function wholeFaults(database: Database): readonly string[] {
  const broken = integrityFaults(database, "integrity_check");
  return broken.length > 0 ? broken : knownFaults(database);
}

/** SQLite tells of a page that the disk does not give as of a fault of the store: so the whole file is read again. */
function faulty(path: string, faults: readonly string[]): StoreUnusable {
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

/** Opens a store; on a full disk with the space that is reserved. Throws StoreUnusable if it cannot be opened. */
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
    const next = mayBeOutOfSpace(error) ? " Free at least 1 MB on its disk, and try again." : "";
    throw new StoreUnusable(`The store ${path} cannot be opened: ${reasonOf(error)}.${next}`, {
      cause: error,
    });
  }
}

export function isNew(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/** Whether a file is marked as Publisher's; its content is not looked at. */
export function isPublisherStore(path: string): boolean {
  return startsAsSqlite(path) && hasApplicationId(path);
}

/** Whether the header of a database names Publisher. https://www.sqlite.org/fileformat.html#the_database_header */
export function hasApplicationId(path: string): boolean {
  return bytesAt(path, APPLICATION_ID_OFFSET, 4)?.readUInt32BE() === APPLICATION_ID;
}

function startsAsSqlite(path: string): boolean {
  return bytesAt(path, 0, SQLITE_MAGIC.length)?.toString("latin1") === SQLITE_MAGIC;
}

function isInWalMode(path: string): boolean {
  return bytesAt(path, WRITE_VERSION_OFFSET, 1)?.at(0) === WAL_VERSION;
}
