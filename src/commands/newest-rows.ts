import { type Listing, PAGE_LIMIT_MAX } from "../tokens/listing.ts";
import type { Page } from "../tokens/paging.ts";
import type { Refusal } from "../tokens/refusal.ts";
import { granted } from "./granted.ts";

/** What is listed, and the most rows of it. */
export interface Wanted {
  readonly conditions: Listing["conditions"];
  readonly count: number;
}

/** The newest rows of a list as one page of the API, whatever its size: its cursor asks the API for the rest. */
export async function newestRows<Row>(
  list: (listing: Listing) => Promise<Page<Row> | Refusal>,
  { conditions, count }: Wanted,
): Promise<Page<Row>> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(count - rows.length, PAGE_LIMIT_MAX);
    const page: Page<Row> = granted(await list({ conditions, sorts: [], limit, skip: 0, cursor }));
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== null && rows.length < count);
  return { rows, cursor };
}
