import type { Database } from "bun:sqlite";
import {
  type Condition,
  type Identified,
  keyOf,
  type ListQuery,
  type ListTerms,
  someCondition,
} from "../../../tokens/listing/listing.ts";
import { asStoreError } from "../sqlite-errors.ts";
import { type AccessPath, accessPath, isShort } from "./list-cost.ts";
import { ListReader } from "./list-reader.ts";
import type { ListTable } from "./list-sql.ts";
import { inOnePiece, type RowReader } from "./scan.ts";

/**
 * The rows of a table that a query asks for, in its order, at most its limit. Reads a short list at once from `database`.
 * A long one is the answer of `scan`, and fails as scans do.
 */
export async function listRows<Row extends Identified, Stored>(
  database: Database,
  table: ListTable<Row, Stored>,
  query: ListQuery,
  scan: () => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  try {
    requireKeys(query.condition, table.resource);
    if (!isShort(pathOf(table, query), query.skip)) return await scan();
    return await readRows(inOnePiece(database), table, query);
  } catch (error) {
    throw asStoreError(error);
  }
}

/** Reads the rows that a query asks for, however long that takes. */
export async function readRows<Row extends Identified, Stored>(
  reader: RowReader,
  table: ListTable<Row, Stored>,
  query: ListQuery,
): Promise<readonly Row[]> {
  return await new ListReader(reader, table, query).rows();
}

function pathOf<Row extends Identified, Stored>(
  table: ListTable<Row, Stored>,
  { condition, sorts }: ListQuery,
): AccessPath {
  return accessPath(condition, sorts.length === 0 || sorts[0]?.key === "id", table);
}

/** A key is looked up before anything goes by it. */
function requireKeys(condition: Condition, resource: ListTerms): void {
  someCondition(condition, (part) => "key" in part && keyOf(resource, part.key) === undefined);
}
