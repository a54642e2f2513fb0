import { expect, test } from "bun:test";
import { ListReader } from "../../../../src/store/sqlite/list/list-reader.ts";
import { inOnePiece } from "../../../../src/store/sqlite/list/scan.ts";
import { TOKEN_TABLE } from "../../../../src/store/sqlite/token-row.ts";
import type { ListQuery } from "../../../../src/tokens/listing/listing.ts";
import { tokenOf } from "../../../support/new-token.ts";
import { useStore } from "../../../support/store/use.ts";

const context = useStore();

/** How often a list asks a pattern that matches everything. */
async function asked(descriptions: readonly string[], query: Partial<ListQuery>): Promise<number> {
  context.hold(descriptions.map((description, index) => tokenOf(`atok_${index}`, { description })));
  let count = 0;
  const matches = () => {
    count += 1;
    return true;
  };
  const pattern = { source: "", caseInsensitive: false, size: 1, matches };
  const condition = { op: "regex", key: "description", pattern } as const;
  const whole: ListQuery = { condition, sorts: [], after: null, skip: 0, limit: 10, now: 0, ...query };
  await new ListReader(inOnePiece(context.connect()), TOKEN_TABLE, whole).rows();
  return count;
}

const DIFFERENT = Array.from({ length: 50 }, (_, index) => `${index}`);

test("a search ends once its page is full", async () => {
  expect(await asked(DIFFERENT, { skip: 5 })).toBe(5 + 10);
});

test("a search that sorts asks about each different text once", async () => {
  const sorts = [{ key: "created_at", direction: "asc" }] as const;
  expect(await asked([...DIFFERENT, ...DIFFERENT], { sorts })).toBe(50);
});
