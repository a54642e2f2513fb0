import type { SQLQueryBindings } from "bun:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fulfils, type ListQuery } from "../tokens/listing.ts";
import type { Token } from "../tokens/token.ts";
import { selection } from "./list-sql.ts";
import { openReader } from "./reader.ts";
import { asStoreError } from "./sqlite-errors.ts";
import { COLUMNS, type TokenRow, tokenOf } from "./token-row.ts";

/** How long a scan may keep the event loop to itself. */
const SLICE_MS = 5;

/** Lists with patterns, which are matched here and not in SQL, a slice at a time, on one moment of the store. */
export async function scan(path: string, query: ListQuery): Promise<readonly Token[]> {
  try {
    using reader = openReader(path);
    const { sql, values } = selection(query);
    using statement = reader.prepare<TokenRow, SQLQueryBindings[]>(`SELECT ${COLUMNS} FROM token ${sql}`);
    return await matching(statement.iterate(...values), query);
  } catch (error) {
    throw asStoreError(error);
  }
}

async function matching(rows: Iterable<TokenRow>, query: ListQuery): Promise<readonly Token[]> {
  const found: Token[] = [];
  let skipped = 0;
  let sliceStart = performance.now();
  for (const row of rows) {
    const token = tokenOf(row);
    if (fulfils(token, query.condition, query.now)) {
      if (skipped < query.skip) skipped += 1;
      else if (found.push(token) === query.limit) break;
    }
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await nextTurn();
    sliceStart = performance.now();
  }
  return found;
}
