import { expect, spyOn, test } from "bun:test";
import { accessPath } from "../../../../src/store/sqlite/list/list-cost.ts";
import { ListReader } from "../../../../src/store/sqlite/list/list-reader.ts";
import { inOnePiece } from "../../../../src/store/sqlite/list/scan.ts";
import { TOKEN_TABLE } from "../../../../src/store/sqlite/token-row.ts";
import type { ListQuery } from "../../../../src/tokens/listing/listing.ts";
import { tokenOf } from "../../../support/new-token.ts";
import { useStore } from "../../../support/store/use.ts";

const context = useStore();

const QUERY: ListQuery = {
  condition: { op: "and", conditions: [] },
  sorts: [{ key: "created_at", direction: "asc" }],
  after: null,
  skip: 0,
  limit: 501,
  now: 0,
};

test.each([
  [0, 1],
  [1599, 1],
  [1600, 2],
])(
  "rows are sorted in one pass while few are kept; behind %d rows that takes %d passes",
  async (skip, passes) => {
    context.hold(
      Array.from({ length: 2000 }, (_, index) => tokenOf(`atok_${index}`, { createdAt: 2000 - index })),
    );
    const reader = inOnePiece(context.connect());
    const each = spyOn(reader, "each");
    const path = accessPath(QUERY.condition, false, TOKEN_TABLE);
    const rows = await new ListReader(reader, TOKEN_TABLE, { ...QUERY, skip }, path).rows();
    expect(rows.map(({ createdAt }) => createdAt)).toEqual(
      Array.from({ length: Math.min(501, 2000 - skip) }, (_, index) => skip + index + 1),
    );
    expect(each).toHaveBeenCalledTimes(passes);
  },
);
