import { expect, test } from "bun:test";
import { newestPages, rowsOf } from "../../src/cli/newest-pages.ts";
import { type Listing, PAGE_LIMIT_MAX } from "../../src/tokens/listing/listing.ts";

/** A list of that many rows, and its requests. */
function listOf(count: number) {
  const asked: Pick<Listing, "limit" | "cursor">[] = [];
  const list = ({ limit, cursor }: Listing) => {
    asked.push({ limit, cursor });
    const start = Number(cursor ?? 0);
    const end = Math.min(start + limit, count);
    const rows = Array.from({ length: end - start }, (_, index) => start + index);
    return Promise.resolve({ rows, cursor: end < count ? String(end) : null });
  };
  return { list, asked };
}

test.each([
  [0, 5, [5], 0],
  [3, 5, [5], 3],
  [10, 5, [5], 5],
  [2500, Number.POSITIVE_INFINITY, [1000, 1000, 1000], 2500],
  [5000, 2001, [1000, 1000, 1], 2001],
])("of %d rows, at most %d", async (size, count, limits, found) => {
  const { list, asked } = listOf(size);
  const pages = await Array.fromAsync(newestPages(list, { conditions: [], count }));
  expect(asked.map(({ limit }) => limit)).toEqual(limits);
  expect(pages.flatMap(({ rows }) => rows)).toEqual(Array.from({ length: found }, (_, index) => index));
  expect(pages.at(-1)?.cursor).toBe(found < size ? String(found) : null);
});

test("a million and more rows are read page by page, and none after a reader has left", async () => {
  const { list, asked } = listOf(1_200_000);
  let rows = 0;
  for await (const page of rowsOf(newestPages(list, { conditions: [], count: Number.POSITIVE_INFINITY }))) {
    expect(page.length).toBeLessThanOrEqual(PAGE_LIMIT_MAX);
    rows += page.length;
  }
  expect(rows).toBe(1_200_000);
  asked.length = 0;
  for await (const _ of newestPages(list, { conditions: [], count: Number.POSITIVE_INFINITY })) break;
  expect(asked).toHaveLength(1);
});
