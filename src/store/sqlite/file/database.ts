import type { Database } from "bun:sqlite";
import { copyBeforeMigration } from "../backup/migration-copy.ts";
import { type Depth, inspectDatabase } from "../inspect/inspection.ts";
import { withPlainErrors } from "../inspect/store-faults.ts";
import { migrate, migrationSteps, type OnStep, pragma, SCHEMA_VERSION, schemaVersion } from "../schema.ts";
import { isBusy, isReadOnly } from "../sqlite-errors.ts";
import { StoreUnusable } from "../store-unusable.ts";
import type { DataDirectory } from "./data-directory.ts";
import { OPENING_TIMEOUT_MS } from "./database-file.ts";
import { closeToOthers } from "./file-safety.ts";
import { playBackJournal } from "./hot-journal.ts";
import { makeNewStore, removeDrafts } from "./new-store.ts";
import { ServerLock, STOP_TO_UPGRADE } from "./server-lock.ts";
import { StoreDatabase } from "./store-database.ts";

const RETRY_MS = 10;

/** A step of a migration that begins. */
export interface MigrationProgress {
  /** Its number, from 1 to `of`. */
  readonly step: number;
  readonly of: number;
  /** The name of the step for people, such as "moving the tokens". */
  readonly work: string;
}

export type OnMigration = (progress: MigrationProgress) => void;

/** Reading leaves a closed store as it is: nothing has to be written. */
export type Purpose = "reading" | "changing";

/**
 * Opens the store of a data directory for reading and writing. Makes or migrates it first where needed. A server that does
 * not know the new schema may use a store of an older one: so a migration takes the lock of servers. `lock` is that lock
 * where the caller holds it.
 */
export function openDatabase(
  directory: DataDirectory,
  lock: ServerLock | null = null,
  purpose: Purpose = "changing",
  onMigration: OnMigration = () => undefined,
): StoreDatabase {
  return withPlainErrors(directory, () => {
    if (!directory.holdsStore()) makeNewStore(directory, lock);
    if (purpose === "changing") removeDrafts(directory);
    playBackJournal(directory.database);
    const old = outdatedSchema(directory, lock === null ? "pages" : "schema");
    const own =
      old !== null && lock === null
        ? ServerLock.take(directory, STOP_TO_UPGRADE, "bringing the store to a newer schema")
        : null;
    try {
      const onStep = stepCounter(old ?? SCHEMA_VERSION, onMigration);
      if (old !== null) onStep("copying the store");
      const migration = old === null ? null : copyBeforeMigration(directory, old);
      closeAllToOthers(directory, lock ?? own);
      const database = opened(directory, purpose, onStep);
      database.migration = migration;
      return database;
    } finally {
      own?.release();
    }
  });
}

/** Numbers the steps of a migration: first the copy of the store, then those of the schemas. */
function stepCounter(from: number, onMigration: OnMigration): OnStep {
  const of = 1 + migrationSteps(from, SCHEMA_VERSION).length;
  let step = 0;
  return (work) => {
    step += 1;
    onMigration({ step, of, work });
  };
}

/**
 * Inspects a store before anything is written to it. A server has checked it already: see `checkAtStart`. Returns its
 * schema; null for today's.
 */
function outdatedSchema(directory: DataDirectory, depth: Depth): number | null {
  const version = inspectDatabase(directory, schemaVersion, { depth });
  return version < SCHEMA_VERSION ? version : null;
}

/** Call it before the store is open; leaves out the lock that this process holds: see closeToOthers. */
function closeAllToOthers({ files, lock }: DataDirectory, held: ServerLock | null): void {
  for (const file of files) if (held === null || file !== lock) closeToOthers(file);
}

function opened({ database: path }: DataDirectory, purpose: Purpose, onStep: OnStep): StoreDatabase {
  const database = new StoreDatabase(path);
  try {
    database.run(`PRAGMA busy_timeout = ${OPENING_TIMEOUT_MS}`);
    // SQLite would put large temporary files into /var/tmp, which can be read-only.
    database.run("PRAGMA temp_store = MEMORY");
    migrateFast(database, onStep);
    database.clearCopiedInUse();
    configure(database, purpose);
    if (purpose === "changing") openFiles(database);
    database.requireInPlace();
    return database;
  } catch (error) {
    database.close();
    database.requireInPlace();
    throw isReadOnly(error) ? notWritable(path, error) : error;
  }
}

/**
 * An acknowledged change is on disk: in WAL mode that takes synchronous=FULL, and on macOS, where fsync does not
 * wait for the disk, fullfsync. https://www.sqlite.org/pragma.html#pragma_synchronous
 */
function configure(database: StoreDatabase, purpose: Purpose): void {
  if (purpose === "changing") enterWal(database);
  database.run("PRAGMA synchronous = FULL");
  if (process.platform === "darwin") {
    database.run("PRAGMA fullfsync = ON");
    database.run("PRAGMA checkpoint_fullfsync = ON");
  }
  database.run("PRAGMA foreign_keys = ON");
  database.run("PRAGMA trusted_schema = OFF");
  database.run("PRAGMA cell_size_check = ON");
  if (purpose === "changing") database.setInUse();
}

/** The size of the page cache during a migration: it reads the tokens in another order than that of the file. */
const MIGRATION_CACHE_KIB = 131_072;

function migrateFast(database: Database, onStep: OnStep): void {
  if (schemaVersion(database) === SCHEMA_VERSION) return;
  const usual = pragma(database, "cache_size");
  database.run(`PRAGMA cache_size = -${MIGRATION_CACHE_KIB}`);
  migrate(database, SCHEMA_VERSION, onStep);
  database.run(`PRAGMA cache_size = ${usual}`);
}

/**
 * SQLite opens the -wal and -shm files at the first read. Where it may not write to the database, or a process has too
 * many files open, it opens the database for reading alone, and says so only at the first write.
 */
function openFiles(database: Database): void {
  const version = schemaVersion(database);
  // While SQLite waits for another process, nothing else runs. Writer waits in a better way; a command that only reads
  // has nothing else to run.
  database.run("PRAGMA busy_timeout = 0");
  try {
    database.run("BEGIN IMMEDIATE");
    database.run(`PRAGMA user_version = ${version}`);
    database.run("ROLLBACK");
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}

function notWritable(path: string, cause: unknown): StoreUnusable {
  return new StoreUnusable(
    "The store can be read but not written. Look at the permissions, the file system and the limit of open files: " +
      `${path}.`,
    { cause },
  );
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
