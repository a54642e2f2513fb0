import type { SQLQueryBindings } from "bun:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fulfils, type ListQuery } from "../tokens/listing.ts";
import { indexedPart } from "./list-cost.ts";
import { type ListTable, selection } from "./list-sql.ts";
import { openReader } from "./reader.ts";

/** How long a scan may keep the event loop to itself. */
const SLICE_MS = 5;

/** Lists by conditions that are costly, which are judged here and not in SQL, a slice at a time, on one moment of the store. */
export async function scan<Row, Stored>(
  path: string,
  table: ListTable<Row, Stored>,
  query: ListQuery,
): Promise<readonly Row[]> {
  using reader = openReader(path);
  const { sql, values } = selection(table, {
    ...query,
    condition: indexedPart(query.condition, table),
  });
  using statement = reader.prepare<Stored, SQLQueryBindings[]>(sql);
  return await matching(statement.iterate(...values), table, query);
}

async function matching<Row, Stored>(
  found: Iterable<Stored>,
  { resource, rowOf }: ListTable<Row, Stored>,
  { condition, skip, limit, now }: ListQuery,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let skipped = 0;
  let sliceStart = performance.now();
  for (const stored of found) {
    const row = rowOf(stored);
    if (fulfils(resource, row, condition, now)) {
      if (skipped < skip) skipped += 1;
      else if (rows.push(row) === limit) break;
    }
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await nextTurn();
    sliceStart = performance.now();
  }
  return rows;
}
