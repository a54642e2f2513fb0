import { Database } from "bun:sqlite";
import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { AUDIT_EVENT_TABLE } from "../../../../src/store/sqlite/audit-event-row.ts";
import type { ListLimits } from "../../../../src/store/sqlite/list/list-cost.ts";
import { ListReader } from "../../../../src/store/sqlite/list/list-reader.ts";
import type { ListTable } from "../../../../src/store/sqlite/list/list-sql.ts";
import { inOnePiece } from "../../../../src/store/sqlite/list/scan.ts";
import { TOKEN_TABLE } from "../../../../src/store/sqlite/token-row.ts";
import {
  type Condition,
  conditionOf,
  type Identified,
  type Listing,
  positionOf,
  sortsOf,
} from "../../../../src/tokens/listing/listing.ts";
import type { Page } from "../../../../src/tokens/listing/paging.ts";
import type { Refusal } from "../../../../src/tokens/refusal.ts";
import {
  conditions,
  eventConditions,
  eventSet,
  eventSorts,
  moment,
  sorts,
  tokenSet,
} from "../../../support/lists/arbitraries.ts";
import {
  AUDIT_EVENT_MODEL,
  expectedList,
  type ListModel,
  TOKEN_MODEL,
} from "../../../support/lists/listing-model.ts";
import { walk } from "../../../support/lists/walk.ts";
import { tokenOf } from "../../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../../support/patience.ts";
import { EVERYTHING, outcomeOf } from "../../../support/store/store.ts";
import { useStore } from "../../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const context = useStore();

const paging = { limit: fc.integer({ min: 1, max: 8 }), skip: fc.nat(30), cursor: fc.constant(null) };

/** With these, even a small list is read in each of the ways of a large one. */
const FEW: readonly ListLimits[] = [
  { sorted: 0, sortedInIndex: 0, firstRows: 1, shortSkip: 0 },
  { sorted: 2, sortedInIndex: 4, firstRows: 5, shortSkip: 2 },
  { sorted: 8, sortedInIndex: 50, firstRows: 2, shortSkip: 0 },
];

/** Lists of any size are those of the model, from the start and behind any row. */
async function expectReader<Row extends Identified, Stored>(
  table: ListTable<Row, Stored>,
  expected: readonly Row[],
  listing: Listing,
): Promise<void> {
  using database = new Database(context.directory.database, { readonly: true });
  const sorts = sortsOf(listing);
  const condition = conditionOf(table.resource, listing);
  const { limit, skip } = listing;
  const last = expected[skip];
  for (const limits of FEW)
    for (const start of [0, ...(last === undefined ? [] : [skip + 1])]) {
      const after = start === 0 || last === undefined ? null : positionOf(table.resource, last, sorts);
      const query = { condition, sorts, after, skip, limit, now: context.clock.now };
      const rows = await new ListReader(inOnePiece(database), table, query, limits).rows();
      expect(rows).toEqual(expected.slice(start + skip, start + skip + limit));
    }
}

/** All pages, and one page that begins further on, must be those of the model. */
async function expectModel<Row extends Identified>(
  lists: { list(listing: Listing): Promise<Page<Row> | Refusal> },
  model: ListModel<Row>,
  held: readonly Row[],
  listing: Listing,
): Promise<readonly Row[]> {
  const { conditions, sorts, limit, skip } = listing;
  const expected = expectedList(model, held, conditions, sorts, context.clock.now);
  const walked = await walk(lists, { conditions, sorts, limit });
  expect(walked.flat()).toEqual([...expected]);
  for (const page of walked.slice(0, -1)) expect(page).toHaveLength(limit);
  expect(walked.at(-1)?.length).toBeLessThanOrEqual(limit);
  const { rows, cursor } = outcomeOf(await lists.list(listing));
  expect(rows).toEqual(expected.slice(skip, skip + limit));
  expect(cursor === null).toBe(skip + limit >= expected.length);
  return expected;
}

test("the pages of a list of tokens are those of the contract", async () => {
  const listing = fc.record({ conditions, sorts, ...paging });
  await fc.assert(
    fc.asyncProperty(tokenSet, listing, moment, async (held, listing, now) => {
      context.clock.set(now);
      context.hold(held);
      const expected = await expectModel(context.tokens, TOKEN_MODEL, held, listing);
      await expectReader(TOKEN_TABLE, expected, listing);
    }),
    { numRuns: 400 },
  );
});

test("the pages of a list of audit events are those of the contract", async () => {
  const listing = fc.record({ conditions: eventConditions, sorts: eventSorts, ...paging });
  await fc.assert(
    fc.asyncProperty(eventSet, listing, async (held, listing) => {
      context.holdEvents(held);
      const expected = await expectModel(context.auditTrail, AUDIT_EVENT_MODEL, held, listing);
      await expectReader(AUDIT_EVENT_TABLE, expected, listing);
    }),
    { numRuns: 200 },
  );
});

test("text from a caller is never SQL, nor a wildcard, and may have thousands of values", async () => {
  const texts = ["' OR '1'='1", "%", "_", '"; DROP TABLE token; --', "?1", ":a", "\\", "[]", "null"];
  context.hold(texts.map((description) => tokenOf(description, { description })));
  const others = Array.from({ length: 8000 }, (_, index) => `${index}`);
  const rows = async (condition: Condition) =>
    outcomeOf(await context.tokens.list({ ...EVERYTHING, conditions: [condition] })).rows;
  for (const value of texts)
    for (const key of ["id", "description"]) {
      expect(await rows({ op: "eq", key, value })).toEqual([tokenOf(value, { description: value })]);
      expect(await rows({ op: "in", key, values: [...others, value] })).toHaveLength(1);
    }
});

test.each(["changes", "id; --", "__proto__", "constructor"])(
  "the key %s is a fault, never SQL",
  async (key) => {
    const conditions = [{ op: "eq", key, value: "x" }] as const;
    const sorts = [{ key, direction: "asc" }] as const;
    for (const lists of [context.tokens, context.auditTrail])
      for (const part of [{ conditions }, { sorts }])
        await expect(lists.list({ ...EVERYTHING, ...part })).rejects.toThrow("no list of");
  },
);
