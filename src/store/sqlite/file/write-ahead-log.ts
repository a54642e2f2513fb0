import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";

/**
 * How large the -wal file may grow, in bytes. It can be cut only while no reader needs it:
 * https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
 */
export const WAL_LIMIT_BYTES = 32 * 1024 * 1024;

interface WalState {
  /** In bytes. */
  readonly size: number;
  readonly mtimeMs: number;
}

const NO_FILE: WalState = { size: 0, mtimeMs: 0 };

/** The -wal file of the database at `path`; zeros where it is missing or cannot be looked at. */
export function walState(path: string): WalState {
  try {
    return statSync(`${path}-wal`, { throwIfNoEntry: false }) ?? NO_FILE;
  } catch {
    return NO_FILE;
  }
}

/**
 * Copies every change into the database file and empties the -wal file. It does as much as it can while another
 * connection reads or writes. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
 */
export function cutWal(database: Database): void {
  database.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

export interface WalOptions {
  /** In bytes. */
  readonly limit?: number;
  /** Whether its changes may go into the database file. */
  readonly mayCut?: () => boolean;
  /** Called before each cut, to end reads that need the file. */
  readonly endReads?: () => void;
}

/** The -wal file of a store. It holds changes until they are copied into the database file. */
export class WriteAheadLog {
  readonly #path: string;
  readonly #database: Database;
  /** In bytes. */
  readonly limit: number;
  readonly #mayCut: () => boolean;
  readonly #endReads: () => void;
  /** The `mtimeMs` at the last look. */
  #seenWrittenAt = 0;

  constructor(path: string, database: Database, options: WalOptions = {}) {
    const { limit = WAL_LIMIT_BYTES, mayCut = () => true, endReads = () => undefined } = options;
    this.#path = path;
    this.#database = database;
    this.limit = limit;
    this.#mayCut = mayCut;
    this.#endReads = endReads;
    database.run(`PRAGMA journal_size_limit = ${limit}`);
  }

  get isTooLarge(): boolean {
    return this.size > this.limit;
  }

  /** In bytes; 0 where it is missing or cannot be looked at. */
  get size(): number {
    return this.#state.size;
  }

  get #state(): WalState {
    return walState(this.#path);
  }

  /** See `cutWal`. */
  cut(): void {
    this.#endReads();
    cutWal(this.#database);
  }

  /** Cuts it if possible. After a failure nothing is lost, and the next call tries again. */
  tryToCut(): void {
    if (!this.#mayCut()) return;
    try {
      this.cut();
    } catch {
      return;
    }
  }

  /**
   * Cuts it if nothing was written to it since the last call, or if it is too large. While changes follow each other,
   * SQLite uses it again from its beginning, which is faster than a new file.
   */
  tidy(): void {
    const { size, mtimeMs } = this.#state;
    const isIdle = mtimeMs === this.#seenWrittenAt;
    this.#seenWrittenAt = mtimeMs;
    if (size > this.limit || (size > 0 && isIdle)) this.tryToCut();
  }
}
