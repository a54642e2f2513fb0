import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { Fragment } from "./list-sql.ts";

/** Whether a scan goes on after a row. */
export type AfterRow = "go on" | "enough";

/** Reads the rows of statements. */
export interface RowReader {
  /** Gives `take` the rows of a statement one by one. */
  each<Stored>(statement: Fragment, take: (row: Stored) => AfterRow): Promise<void>;
}

/** Reads rows without a break. Before each row it calls `check`, which throws if the read has to end. */
export function inOnePiece(database: Database, check = (): void => undefined): RowReader {
  return {
    async each<Stored>({ sql, values }: Fragment, take: (row: Stored) => AfterRow) {
      using statement = database.prepare<Stored, SQLQueryBindings[]>(sql);
      for (const row of statement.iterate(...values)) {
        check();
        if (take(row) === "enough") return;
      }
    },
  };
}
