import type { Database } from "bun:sqlite";
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { missingRows } from "../consistency-rules.ts";
import { isFlaggedInUse } from "../file/clean-close.ts";
import type { StoreFile } from "../file/data-directory.ts";
import { OPENING_TIMEOUT_MS } from "../file/database-file.ts";
import { sizeOf } from "../file/file-bytes.ts";
import { isSqliteFile, isWalFile } from "../file/file-header.ts";
import { hasJournal, withJournalError } from "../file/hot-journal.ts";
import { identityOf } from "../file/opened-files.ts";
import { openImmutable } from "../file/reader.ts";
import { openForeignReader } from "../owner/foreign-reader.ts";
import { APPLICATION_ID, pragma, SCHEMA_VERSION, schemaFault, schemaVersion } from "../schema.ts";
import { NoStore, StoreUnusable } from "../store-unusable.ts";
import { faulty, integrityFaults, withPlainErrors } from "./store-faults.ts";

/** Whether a file without its last changes is accepted. */
export type Acceptance = "whole" | "part";

/** Whether SQLite reads every page once, or the header and the schema alone. The time for all pages grows with the store. */
export type Depth = "pages" | "schema";

/** How a store is inspected. */
interface Inspection {
  readonly acceptance?: Acceptance;
  readonly depth?: Depth;
}

/**
 * Reads a store and leaves no trace. Throws StoreUnusable if there is none, or it is not Publisher's, of a newer
 * schema or damaged.
 */
export function inspectDatabase<T>(
  directory: StoreFile,
  inspect: (database: Database) => T,
  { acceptance = "whole", depth = "pages" }: Inspection = {},
): T {
  return withPlainErrors(directory, () =>
    untilInPlace(directory.database, () =>
      withJournalError(directory.database, () => inspectOnce(directory, inspect, { acceptance, depth })),
    ),
  );
}

/** Reads again where another store took the place meanwhile: its -wal file may have been read with this one. */
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

function inspectOnce<T>(
  directory: StoreFile,
  inspect: (database: Database) => T,
  { acceptance, depth }: Required<Inspection>,
): T {
  const path = directory.database;
  const before = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  refuseOtherFiles(directory);
  const isWal = isWalFile(path);
  if (!isWal) refuseForeignWal(path);
  // Beside a closed store, which has left WAL mode, SQLite ignores an empty -wal file.
  const hasWal = () => (isWal ? existsSync(`${path}-wal`) : sizeOf(`${path}-wal`) > 0);
  const isClosed = () => !hasWal() && !hasJournal(path) && statSync(path).mtimeMs === before;
  if (!isClosed()) return inspected(directory, openForeignReader(path), inspect, depth);
  try {
    const inspectWhole = (database: Database): T => {
      if (isWal && acceptance === "whole") refusePart(database, path);
      return inspect(database);
    };
    const outcome = inspected(directory, openImmutable(path), inspectWhole, depth);
    if (isClosed()) return outcome;
  } catch (error) {
    if (isClosed()) throw error;
  }
  return inspected(directory, openForeignReader(path), inspect, depth);
}

function inspected<T>(
  directory: StoreFile,
  database: Database,
  inspect: (database: Database) => T,
  depth: Depth,
): T {
  try {
    database.run(`PRAGMA busy_timeout = ${OPENING_TIMEOUT_MS}`);
    refuseForeign(database, directory.database);
    refuseDamaged(database, directory.database, depth);
    return inspect(database);
  } finally {
    database.close();
  }
}

function refuseOtherFiles({ database: path, reserve }: StoreFile): void {
  const isEmpty = sizeOf(path) === 0;
  if (!isEmpty && isSqliteFile(path)) return;
  const isInDataDirectory = reserve !== undefined;
  if (isInDataDirectory && isEmpty && existsSync(path)) throw emptyDatabase(path);
  const next = isInDataDirectory ? ' If your store was here, run "publisher restore" with a backup.' : "";
  throw new NoStore(path, next);
}

/**
 * Publisher gives a store its name once it is whole. An older one began with an empty file. It may still run, so this
 * one does not take the place of the file.
 */
function emptyDatabase(path: string): StoreUnusable {
  const files = hasJournal(path) ? `${path} and ${path}-journal` : path;
  return new StoreUnusable(
    `${path} is empty. An older Publisher leaves it so if it is stopped while it makes a new store, before the first token. ` +
      `If you never had a store here, remove ${files}, and start again. ` +
      'If your store was here, run "publisher restore" with a backup.',
  );
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

/** See StoreDatabase for the meaning of the flag and the -wal file. */
function refusePart(database: Database, path: string): void {
  if (!isFlaggedInUse(database)) return;
  throw new StoreUnusable(
    `${path} is a part of a store: it was in use, and its file ${basename(path)}-wal with the last changes is missing. ` +
      "It was left as it is. Put that file beside it, or restore a backup. " +
      `"publisher restore ${path} --accept-part" takes it as it is, which is right for a copy that Litestream or ` +
      "SQLite's own backup made; otherwise these changes are lost. Unless the old store is still there, add " +
      "--revocations FILE or --without-revocations.",
  );
}

/**
 * A closed store has left WAL mode, so a -wal file beside it comes from another one. SQLite would mix both, unless the
 * -wal file is empty: SQLite ignores that. Looks twice, as a process may open or close the store meanwhile.
 */
function refuseForeignWal(path: string): void {
  const hasForeignWal = () => sizeOf(`${path}-wal`) > 0 && !isWalFile(path);
  if (!hasForeignWal() || !hasForeignWal()) return;
  throw new StoreUnusable(
    `${path} and ${basename(path)}-wal are not of the same store: a backup was copied over a store that was in use. ` +
      'Both were left as they are. Move both away, and run "publisher restore" with the backup.',
  );
}

/** SQLite itself refuses a file that is shorter than its header says. */
function refuseDamaged(database: Database, path: string, depth: Depth): void {
  const [broken] = depth === "pages" ? integrityFaults(database, "quick_check") : [];
  const fault = broken ?? schemaFault(database, schemaVersion(database)) ?? missingRows(database)[0];
  if (fault !== undefined) throw faulty(path, [fault]);
}
