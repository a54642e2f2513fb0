import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { Fragment } from "./list-sql.ts";

/** How long a scan may keep the event loop to itself, in milliseconds. */
const SLICE_MS = 5;

/** What becomes of a scan after a row. */
export type AfterRow = "go on" | "enough";

/** Reads the rows of statements. */
export interface RowReader {
  /** Gives `take` the rows of a statement one by one. */
  each<Stored>(statement: Fragment, take: (row: Stored) => AfterRow): Promise<void>;
}

/** Reads rows in one piece, for reads that take no longer than a slice. */
export function inOnePiece(database: Database): RowReader {
  return {
    async each<Stored>({ sql, values }: Fragment, take: (row: Stored) => AfterRow) {
      using statement = database.prepare<Stored, SQLQueryBindings[]>(sql);
      for (const row of statement.iterate(...values)) if (take(row) === "enough") return;
    },
  };
}

/** A long read under way, on a connection of its own that looks at one moment of the store. */
export class Scan implements RowReader {
  readonly database: Database;
  /** Lets others have their turn, to be called between two slices. Throws ScanRefused where the scan is to end. */
  readonly rest: () => Promise<void>;

  constructor(database: Database, rest: () => Promise<void>) {
    this.database = database;
    this.rest = rest;
  }

  /**
   * Gives `take` the rows of a statement one by one, a slice at a time. SQLite must find each row without a long
   * search: a statement that sorts, or passes over many rows, keeps everything else waiting.
   */
  async each<Stored>({ sql, values }: Fragment, take: (row: Stored) => AfterRow): Promise<void> {
    using statement = this.database.prepare<Stored, SQLQueryBindings[]>(sql);
    let sliceEnd = performance.now() + SLICE_MS;
    for (const row of statement.iterate(...values)) {
      if (take(row) === "enough") return;
      if (performance.now() < sliceEnd) continue;
      await this.rest();
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
}
