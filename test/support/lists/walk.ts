import type { Listing } from "../../../src/tokens/listing/listing.ts";
import type { Page } from "../../../src/tokens/listing/paging.ts";
import type { Refusal } from "../../../src/tokens/refusal.ts";
import { EVERYTHING, outcomeOf } from "../store/store.ts";

/** More pages than any walk of a test has. */
const PAGES_MAX = 1000;

/** Every page of a list, walked by cursor; `between` runs after each but the last. */
export async function walk<Row>(
  list: { list(listing: Listing): Promise<Page<Row> | Refusal> },
  asked: Partial<Listing>,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly (readonly Row[])[]> {
  const walked: (readonly Row[])[] = [];
  for (let cursor: string | null = null; walked.length < PAGES_MAX; await between()) {
    const page: Page<Row> = outcomeOf(await list.list({ ...EVERYTHING, ...asked, cursor }));
    walked.push(page.rows);
    cursor = page.cursor;
    if (cursor === null) return walked;
  }
  throw new Error("the walk has no end");
}
