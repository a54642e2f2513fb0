import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { Fragment } from "./list-sql.ts";

/** How long a scan may keep the event loop to itself, in milliseconds. */
const SLICE_MS = 5;

/** Whether a scan goes on after a row. */
export type AfterRow = "go on" | "enough";

/** Reads the rows of statements. */
export interface RowReader {
  /** Gives `take` the rows of a statement one by one. */
  each<Stored>(statement: Fragment, take: (row: Stored) => AfterRow): Promise<void>;
}

/** Reads rows without a break, for reads that take no longer than a slice. */
export function inOnePiece(database: Database): RowReader {
  return {
    async each<Stored>({ sql, values }: Fragment, take: (row: Stored) => AfterRow) {
      using statement = database.prepare<Stored, SQLQueryBindings[]>(sql);
      for (const row of statement.iterate(...values)) if (take(row) === "enough") return;
    },
  };
}

/** A long read under way, of a snapshot of the store on a connection of its own. */
export class Scan implements RowReader {
  readonly database: Database;
  /** Lets other work run between two slices. Throws ScanRefused where the scan has to end. */
  readonly rest: () => Promise<void>;

  constructor(database: Database, rest: () => Promise<void>) {
    this.database = database;
    this.rest = rest;
  }

  /**
   * Gives `take` the rows of a statement one by one, a slice at a time. SQLite must find each row without a long
   * search: a statement that sorts, or skips many rows, blocks everything else.
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
