import type { Database } from "bun:sqlite";
import {
  type Condition,
  type Identified,
  keyOf,
  type ListQuery,
  type ListTerms,
  someCondition,
} from "../../../tokens/listing/listing.ts";
import type { ScanCaller } from "../../../tokens/listing/scan-caller.ts";
import { asStoreError } from "../sqlite-errors.ts";
import { accessPath, isShort } from "./list-cost.ts";
import { ListReader } from "./list-reader.ts";
import type { ListTable } from "./list-sql.ts";
import { inOnePiece, type RowReader } from "./scan.ts";
import type { ScanScheduler } from "./scan-scheduler.ts";

/** An open store. Short reads use its connection, long ones a scan. */
export interface ListSource {
  readonly database: Database;
  readonly scans: ScanScheduler;
}

/** The rows of a table that a query asks for, in its order, at most its limit. Throws ScanRefused as scans do. */
export async function listRows<Row extends Identified, Stored>(
  { database, scans }: ListSource,
  table: ListTable<Row, Stored>,
  query: ListQuery,
  caller: ScanCaller | null,
): Promise<readonly Row[]> {
  try {
    requireKeys(query.condition, table.resource);
    const path = accessPath(query.condition, isById(query), table);
    const rowsBy = (reader: RowReader) => new ListReader(reader, table, query).rows();
    return await (isShort(path, query.skip) ? rowsBy(inOnePiece(database)) : scans.run(caller, rowsBy));
  } catch (error) {
    throw asStoreError(error);
  }
}

function isById({ sorts }: ListQuery): boolean {
  return sorts.length === 0 || sorts[0]?.key === "id";
}

/** A key is looked up before anything goes by it. */
function requireKeys(condition: Condition, resource: ListTerms): void {
  someCondition(condition, (part) => "key" in part && keyOf(resource, part.key) === undefined);
}
