import { constants, Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import type { KnownEnd } from "../tokens/known-end.ts";
import type { DataDirectory } from "./data-directory.ts";
import { CHANGING, withoutLinks } from "./database-file.ts";
import { examineDatabase, isNew } from "./examination.ts";
import { openAtRest, openReader } from "./reader.ts";
import { reasonOf } from "./reason.ts";
import { playBackJournal } from "./rollback-journal.ts";
import { FIRST_SCHEMA_WITH_ROTATION, schemaVersion } from "./schema.ts";
import { isBusy } from "./sqlite-errors.ts";
import { bringIntoFile, leaveWalMode } from "./store-database.ts";
import { StoreDamaged, StoreUnusable } from "./store-unusable.ts";

/** The store that is in a data directory when a backup is to take its place. It may be damaged, or none. */
export class ReplacedStore implements Disposable {
  readonly #database: Database | null;
  /** Why it cannot be relied on; null if it can. */
  readonly fault: string | null;
  #isInPlace = true;

  private constructor(database: Database | null, fault: string | null) {
    this.#database = database;
    this.fault = fault;
  }

  /**
   * Opens it as well as can be. Nobody else can use a sound one until this is disposed of, so that nothing is changed
   * that would be lost. Throws StoreUnusable if another process uses it.
   */
  static open(directory: DataDirectory): ReplacedStore {
    if (isNew(directory.database)) return new ReplacedStore(null, `there is no store in ${directory.path}`);
    try {
      playBackJournal(directory);
      examineDatabase(directory, () => undefined);
    } catch (error) {
      return new ReplacedStore(readable(directory.database), faultOf(directory, error));
    }
    return new ReplacedStore(held(directory), null);
  }

  /** Whether it has that audit event: then everything that was done to a backup's tokens since is in it. */
  hasEvent(id: string): boolean {
    return this.#rows<unknown>("SELECT 1 FROM audit_event WHERE id = ?", id).length > 0;
  }

  /** The tokens in it that ended or are to end; of a damaged store as many as can be read. */
  ends(): readonly KnownEnd[] {
    const replacedBy = this.#version() < FIRST_SCHEMA_WITH_ROTATION ? "NULL" : "replaced_by";
    return this.#rows<KnownEnd>(
      `SELECT id AS token, revoked_at AS revokedAt, expires_at AS expiresAt, ${replacedBy} AS replacedBy
       FROM token WHERE revoked_at IS NOT NULL OR expires_at IS NOT NULL OR ${replacedBy} IS NOT NULL`,
    );
  }

  /** How many tokens it has; null where that cannot be read. */
  tokens(): number | null {
    return this.#rows<{ tokens: number }>("SELECT count(*) AS tokens FROM token")[0]?.tokens ?? null;
  }

  /** The last id that it gave to an audit event; null if it gave none. */
  lastEvent(): string | null {
    return this.#rows<{ id: string }>("SELECT id FROM audit_event ORDER BY id DESC LIMIT 1")[0]?.id ?? null;
  }

  /** To be called once another store has its place: then no file there is its own any more. */
  leavePlace(): void {
    this.#isInPlace = false;
  }

  [Symbol.dispose](): void {
    if (this.#database === null) return;
    if (this.fault === null && this.#isInPlace) leaveWalMode(this.#database);
    this.#database.close();
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

function faultOf({ path }: DataDirectory, error: unknown): string {
  if (error instanceof StoreDamaged) return `the store in ${path} is damaged (${error.faults[0]})`;
  return reasonOf(error);
}

/** A connection that only reads what is damaged; null where it cannot even be opened. */
function readable(path: string): Database | null {
  try {
    return existsSync(`${path}-wal`) ? openReader(path) : openAtRest(path);
  } catch {
    return null;
  }
}

/**
 * An exclusive connection, from now on until it is closed. The whole store is in its file then:
 * at rest, but still in WAL mode, in which SQLite removes no file by its name when it is closed, as it would at a
 * time when another store has that name.
 */
function held({ database: path }: DataDirectory): Database {
  const database = new Database(withoutLinks(path), CHANGING);
  try {
    database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
    database.run("PRAGMA journal_mode = WAL");
    bringIntoFile(database);
    return database;
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new StoreUnusable(`Another process is using ${path}. Stop it, or wait until it is done.`, {
      cause: error,
    });
  }
}
