import { expect, test } from "bun:test";
import fc from "fast-check";
import { TopRows } from "../../../../src/store/sqlite/list/top-rows.ts";
import { ListOrder } from "../../../../src/tokens/listing/list-order.ts";
import { TOKEN_LISTING } from "../../../../src/tokens/listing/token-listing.ts";
import { sorts, tokenSet } from "../../../support/lists/arbitraries.ts";
import { expectedList, TOKEN_MODEL } from "../../../support/lists/listing-model.ts";

const EVERY_STATUS = { op: "in", key: "status", values: ["active", "expired", "revoked"] } as const;

test("the best rows are the first ones of the whole list, whatever order they are offered in", () => {
  fc.assert(
    fc.property(tokenSet, sorts, fc.integer({ min: 1, max: 12 }), (held, sorts, count) => {
      const order = new ListOrder(
        TOKEN_LISTING,
        sorts.length === 0 ? [{ key: "id", direction: "desc" }] : sorts,
      );
      const best = new TopRows(order, count);
      for (const token of held) best.offer(token, order.placeOf(token));
      const whole = expectedList(TOKEN_MODEL, held, [EVERY_STATUS], sorts, 0);
      expect(best.rows).toEqual(whole.slice(0, count));
    }),
    { numRuns: 500 },
  );
});
