import type { Database } from "bun:sqlite";
import type { StoredSecret } from "../../../tokens/token-store.ts";
import { openReader } from "../file/reader.ts";
import { PlainLookUps } from "./plain-look-ups.ts";

/** How long a snapshot is held at most, in milliseconds. Meanwhile SQLite cannot use the -wal file from its beginning. */
const HOLD_MS = 20;

/** The most memory for pages, in KiB: enough for the inner pages of the index of 1,000,000 tokens. */
const CACHE_KIB = 8192;

/**
 * A read transaction on a connection of its own, for many look-ups. Locks are most of the cost of a look-up, and only the
 * first one of a transaction takes them.
 */
export class HeldSnapshot {
  readonly #database: Database;
  readonly #lookUps: PlainLookUps;
  #isHeld = false;
  #timer: Timer | null = null;

  private constructor(database: Database) {
    this.#database = database;
    this.#lookUps = new PlainLookUps(database);
  }

  /** Opens every file that it needs. Throws an SQLiteError if it cannot. */
  static open(path: string): HeldSnapshot {
    const database = openReader(path);
    try {
      database.run(`PRAGMA cache_size = -${CACHE_KIB}`);
      database.run("PRAGMA cell_size_check = ON");
      database.run("PRAGMA trusted_schema = OFF");
      // SQLite opens the -wal file with the first read.
      database.query("SELECT 1 FROM token LIMIT 1").get();
      return new HeldSnapshot(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * Looks up a token in the snapshot, or in a new one if none is held. Call `end` first if the database has changed.
   * After an SQLiteError of another kind than busy, call `close`.
   */
  find(digest: Uint8Array): StoredSecret | null {
    if (!this.#isHeld) this.#begin();
    return this.#lookUps.find(digest);
  }

  end(): void {
    this.#isHeld = false;
    if (this.#database.inTransaction) this.#database.run("ROLLBACK");
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.end();
    this.#database.close();
  }

  #begin(): void {
    this.#database.run("BEGIN");
    this.#isHeld = true;
    this.#timer ??= setTimeout(this.#endInTime, HOLD_MS).unref();
  }

  readonly #endInTime = (): void => {
    this.#timer = null;
    this.end();
  };
}
