import { constants, Database } from "bun:sqlite";
import { existsSync, rmSync } from "node:fs";
import { reasonOf } from "../../../system-errors.ts";
import { isAuditEventId } from "../../../tokens/identifier.ts";
import type { KnownEnd } from "../../../tokens/revocation/token-end.ts";
import { bringIntoOneFile } from "../file/clean-close.ts";
import type { DataDirectory } from "../file/data-directory.ts";
import { CHANGING, withoutLinks } from "../file/database-file.ts";
import { sizeOf } from "../file/file-bytes.ts";
import { playBackJournal } from "../file/hot-journal.ts";
import { openImmutable, openReader } from "../file/reader.ts";
import { inspectDatabase } from "../inspect/inspection.ts";
import { wholeFaults, withPlainErrors } from "../inspect/store-faults.ts";
import { FIRST_SCHEMA_WITH_ROTATION, schemaVersion } from "../schema.ts";
import { isBusy } from "../sqlite-errors.ts";
import { NoStore, StoreDamaged, StoreUnusable } from "../store-unusable.ts";
import { ENDS_OF_EVENTS, endOf, endsAfter, endsOfTokens, type UncheckedRow } from "./recorded-token-ends.ts";

/** The store that a backup replaces. It may be damaged or missing. */
export class ReplacedStore implements Disposable {
  readonly #database: Database | null;
  /** The reason why it cannot be relied on; null if it can. */
  readonly fault: string | null;

  private constructor(database: Database | null, fault: string | null) {
    this.#database = database;
    this.fault = fault;
  }

  /**
   * Opens it, also where it is damaged. A sound one is locked until this is disposed of, so that no change is lost. Throws
   * StoreUnusable if another process uses it.
   */
  static open(directory: DataDirectory): ReplacedStore {
    if (sizeOf(directory.database) === 0)
      return new ReplacedStore(null, `there is no store in ${directory.path}`);
    try {
      withPlainErrors(directory, () => playBackJournal(directory.database));
      inspectDatabase(directory, () => undefined);
    } catch (error) {
      return new ReplacedStore(readable(directory.database), faultOf(directory, error));
    }
    const database = withPlainErrors(directory, () => locked(directory));
    return new ReplacedStore(database, faultOfLocked(directory, database));
  }

  /** Whether it has that audit event. */
  hasEvent(id: string): boolean {
    return this.#rows<unknown>("SELECT 1 FROM audit_event WHERE id = ?", id).length > 0;
  }

  /** The ends of tokens, from their rows and from their events. Of a damaged store as many as can be read. */
  ends(): readonly KnownEnd[] {
    const replacedBy = this.#version() < FIRST_SCHEMA_WITH_ROTATION ? "NULL" : "replaced_by";
    const tokens = this.#rows<UncheckedRow>(endsOfTokens(replacedBy)).map(endOf);
    return [...tokens, ...endsAfter(this.#rows<UncheckedRow>(ENDS_OF_EVENTS))];
  }

  /** How many tokens it has; null where that cannot be read. */
  tokens(): number | null {
    return this.#rows<{ tokens: number }>("SELECT count(*) AS tokens FROM token")[0]?.tokens ?? null;
  }

  /** The id of the last audit event; null where there is none. */
  lastEvent(): string | null {
    const last = this.#rows<UncheckedRow>("SELECT id FROM audit_event ORDER BY id DESC LIMIT 1")[0]?.id;
    return typeof last === "string" && isAuditEventId(last) ? last : null;
  }

  [Symbol.dispose](): void {
    this.#database?.close();
  }

  #version(): number {
    try {
      return this.#database === null ? 0 : schemaVersion(this.#database);
    } catch {
      return 0;
    }
  }

  /** Row after row until all are read, or one that is damaged. */
  #rows<Row>(sql: string, ...values: readonly string[]): Row[] {
    const rows: Row[] = [];
    try {
      const found = this.#database?.query<Row, string[]>(sql).iterate(...values) ?? [];
      for (const row of found) rows.push(row);
    } catch (error) {
      if (this.fault === null) throw error;
    }
    return rows;
  }
}

/** The fault of a locked store; null if there is none. Opening the file again would end the lock. */
function faultOfLocked(directory: DataDirectory, database: Database): string | null {
  try {
    const [fault] = wholeFaults(database);
    return fault === undefined ? null : damaged(directory, fault);
  } catch (error) {
    return reasonOf(error);
  }
}

function faultOf(directory: DataDirectory, error: unknown): string {
  if (error instanceof NoStore) return error.fault;
  return error instanceof StoreDamaged ? damaged(directory, error.faults[0] ?? "") : reasonOf(error);
}

function damaged({ path }: DataDirectory, fault: string): string {
  return `the store in ${path} is damaged (${fault})`;
}

/** A connection that only reads a damaged store; null if it cannot be opened. */
function readable(path: string): Database | null {
  try {
    return existsSync(`${path}-wal`) ? openReader(path) : openImmutable(path);
  } catch {
    return null;
  }
}

/**
 * A connection that locks out all others until it is closed. It takes the store out of WAL mode: outside of it, SQLite
 * refuses to write for a process that waited for this file and finds another one at its path.
 * https://www.sqlite.org/rescode.html#readonly_dbmoved
 */
function locked({ database: path }: DataDirectory): Database {
  const database = new Database(withoutLinks(path), CHANGING);
  try {
    database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
    database.run("PRAGMA journal_mode = WAL");
    bringIntoOneFile(database);
    dropJournal(database, path);
    return database;
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new StoreUnusable(`Another process is using ${path}. Stop it, or wait until it is done.`, {
      cause: error,
    });
  }
}

/** SQLite has an empty journal beside a locked file, and would remove it by its name, which another store may have then. */
function dropJournal(database: Database, path: string): void {
  database.run("PRAGMA journal_mode = MEMORY");
  rmSync(`${path}-journal`, { force: true });
}
