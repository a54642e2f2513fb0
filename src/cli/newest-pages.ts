import { type Listing, PAGE_LIMIT_MAX } from "../tokens/listing/listing.ts";
import type { Page } from "../tokens/listing/paging.ts";
import type { Refusal } from "../tokens/refusal.ts";
import { outcomeOf } from "./command-outcome.ts";

/** The conditions of a list, and the limit of its rows. */
export interface Wanted {
  readonly conditions: Listing["conditions"];
  readonly count: number;
}

/**
 * The newest rows of a list, page by page: a list of any length takes no more memory than a page. Yields at least one
 * page. The cursor of the last page asks the API for the rest.
 */
export async function* newestPages<Row>(
  list: (listing: Listing) => Promise<Page<Row> | Refusal>,
  { conditions, count }: Wanted,
): AsyncGenerator<Page<Row>> {
  let left = count;
  let cursor: string | null = null;
  do {
    const limit = Math.min(left, PAGE_LIMIT_MAX);
    const page: Page<Row> = outcomeOf(await list({ conditions, sorts: [], limit, skip: 0, cursor }));
    yield page;
    left -= page.rows.length;
    cursor = page.cursor;
  } while (cursor !== null && left > 0);
}

/** The rows of each page. */
export async function* rowsOf<Row>(pages: AsyncIterable<Page<Row>>): AsyncGenerator<readonly Row[]> {
  for await (const { rows } of pages) yield rows;
}
