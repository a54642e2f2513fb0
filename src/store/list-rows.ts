import type { Database, SQLQueryBindings } from "bun:sqlite";
import { type Condition, keyOf, type ListQuery, type ListTerms, someCondition } from "../tokens/listing.ts";
import { isCostly } from "./list-cost.ts";
import { type ListTable, pageSelection } from "./list-sql.ts";
import { scan } from "./row-scan.ts";
import { asStoreError } from "./sqlite-errors.ts";

/** An open store, and the path of its file. */
export interface OpenFile {
  readonly path: string;
  readonly database: Database;
}

/** How many rows one statement passes over, which keeps everything else waiting. */
const SKIP_IN_SQL = 1000;

/** The rows of a table that a query asks for, in its order, at most its limit. */
export async function listRows<Row, Stored>(
  { path, database }: OpenFile,
  table: ListTable<Row, Stored>,
  query: ListQuery,
): Promise<readonly Row[]> {
  try {
    requireKeys(query.condition, table.resource);
    if (query.skip > SKIP_IN_SQL || isCostly(query.condition, table.isIndexed))
      return await scan(path, table, query);
    const { sql, values } = pageSelection(table, query);
    using statement = database.prepare<Stored, SQLQueryBindings[]>(sql);
    return statement.all(...values).map(table.rowOf);
  } catch (error) {
    throw asStoreError(error);
  }
}

/** A key is looked up before anything goes by it. */
function requireKeys(condition: Condition, resource: ListTerms): void {
  someCondition(condition, (part) => "key" in part && keyOf(resource, part.key) === undefined);
}
