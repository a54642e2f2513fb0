import { expect, test } from "bun:test";
import { listRows, readRows } from "../../../../src/store/sqlite/list/list-rows.ts";
import { inOnePiece } from "../../../../src/store/sqlite/list/scan.ts";
import { TOKEN_TABLE } from "../../../../src/store/sqlite/token-row.ts";
import type { ListQuery } from "../../../../src/tokens/listing/listing.ts";
import { tokenOf } from "../../../support/new-token.ts";
import { useStore } from "../../../support/store/use.ts";

const context = useStore();

const QUERY: ListQuery = {
  condition: { op: "and", conditions: [] },
  sorts: [],
  after: null,
  skip: 5,
  limit: 10,
  now: 0,
};

/** A list by a pattern that matches every text, and counts them. */
function countedSearch() {
  const counted = { asked: 0 };
  const matches = () => {
    counted.asked += 1;
    return true;
  };
  const pattern = { source: "", caseInsensitive: false, size: 1, matches };
  const query: ListQuery = { ...QUERY, condition: { op: "regex", key: "description", pattern } };
  return { counted, query };
}

test("a search ends once its page is full", async () => {
  context.hold(
    Array.from({ length: 50 }, (_, index) => tokenOf(`atok_${index}`, { description: `x ${index}` })),
  );
  const { counted, query } = countedSearch();
  expect(await readRows(inOnePiece(context.connect()), TOKEN_TABLE, query)).toHaveLength(10);
  expect(counted.asked).toBe(5 + 10);
});

test("a short list is read at once, and a long one by a scan", async () => {
  const rows = [tokenOf("atok_1", { description: "x" })];
  context.hold(rows);
  const database = context.connect();
  const noScan = async () => {
    throw new Error("not short");
  };
  expect(await listRows(database, TOKEN_TABLE, { ...QUERY, skip: 0 }, noScan)).toEqual(rows);
  const { counted, query } = countedSearch();
  expect(await listRows(database, TOKEN_TABLE, query, async () => rows)).toBe(rows);
  expect(counted.asked).toBe(0);
});
