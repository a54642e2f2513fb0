import { expect, test } from "bun:test";
import { accessPath } from "../../../../src/store/sqlite/list/list-cost.ts";
import { ListReader } from "../../../../src/store/sqlite/list/list-reader.ts";
import { inOnePiece, type RowReader } from "../../../../src/store/sqlite/list/scan.ts";
import { TOKEN_TABLE } from "../../../../src/store/sqlite/token-row.ts";
import type { ListQuery } from "../../../../src/tokens/listing/listing.ts";
import { tokenOf } from "../../../support/new-token.ts";
import { TestStore } from "../../../support/store/store.ts";

const QUERY: ListQuery = {
  condition: { op: "and", conditions: [] },
  sorts: [{ key: "created_at", direction: "asc" }],
  after: null,
  skip: 0,
  limit: 501,
  now: 0,
};

/** Counts how often the rows are gone through. */
class CountingReader implements RowReader {
  passes = 0;
  readonly #reader: RowReader;

  constructor(reader: RowReader) {
    this.#reader = reader;
  }

  readonly each: RowReader["each"] = async (statement, take) => {
    this.passes += 1;
    await this.#reader.each(statement, take);
  };
}

test.each([
  [0, 1],
  [1599, 1],
  [1600, 2],
])(
  "rows are sorted in one pass while few are kept; behind %d rows that takes %d passes",
  async (skip, passes) => {
    using context = new TestStore();
    context.hold(
      Array.from({ length: 2000 }, (_, index) => tokenOf(`atok_${index}`, { createdAt: 2000 - index })),
    );
    const reader = new CountingReader(inOnePiece(context.connect()));
    const query = { ...QUERY, skip };
    const scan = new ListReader(reader, TOKEN_TABLE, query, accessPath(query.condition, false, TOKEN_TABLE));
    const rows = await scan.rows();
    expect(rows.map(({ createdAt }) => createdAt)).toEqual(
      Array.from({ length: Math.min(501, 2000 - skip) }, (_, index) => skip + index + 1),
    );
    expect(reader.passes).toBe(passes);
  },
);
