import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { COMMAND_LINE } from "../../../../src/tokens/audit/audit-event.ts";
import type { Token } from "../../../../src/tokens/token.ts";
import {
  conditions,
  description,
  FIRST_MOMENT,
  sorts,
  tokenSet,
} from "../../../support/lists/arbitraries.ts";
import { isListed, TOKEN_MODEL } from "../../../support/lists/listing-model.ts";
import { walk } from "../../../support/lists/walk.ts";
import { TEST_LIMIT_MS } from "../../../support/patience.ts";
import { outcomeOf } from "../../../support/store/store.ts";
import { useStore } from "../../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const context = useStore();

const listing = fc.record({ conditions, sorts, limit: fc.integer({ min: 1, max: 8 }) });

/** A change of a store between two pages. */
const change = fc.record({
  kind: fc.constantFrom("create", "revoke", "wait"),
  description: fc.option(description),
  lifetime: fc.option(fc.integer({ min: 1, max: 3 })),
  revoked: fc.nat(30),
  waited: fc.constantFrom(1, -1),
});

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

async function make(change: Change, held: readonly Token[]): Promise<void> {
  const { kind, description, lifetime, revoked, waited } = change;
  const { clock, tokens } = context;
  if (kind === "wait") return clock.step(waited);
  if (kind === "create") {
    await context.create({ description, expiresAt: lifetime && clock.now + lifetime });
  } else {
    const token = held[revoked % Math.max(held.length, 1)];
    if (token !== undefined) outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
  }
}

test("a row that matches all the time comes exactly once, while others are created, revoked or expire", async () => {
  const changes = fc.array(fc.array(change, { maxLength: 3 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(tokenSet, listing, changes, async (held, listing, changes) => {
      context.clock.set(FIRST_MOMENT + 1);
      context.changes.length = 0;
      context.hold(held);
      const { conditions, sorts } = listing;
      const placeOf = (token: Token) =>
        JSON.stringify(sorts.map(({ key }) => TOKEN_MODEL.valueUnder(token, key, 0)));
      /** The place of each token that matches now, read without a list. */
      const matching = () =>
        new Map(
          [...held.map(({ id }) => id), ...context.changes.map(({ target }) => target)]
            .flatMap((id) => context.store.findById(id) ?? [])
            .filter((token) => isListed(TOKEN_MODEL, token, conditions, context.clock.now))
            .map((token) => [token.id, placeOf(token)]),
        );
      let steady = [...matching()];
      const ever = new Set(matching().keys());
      const waiting = changes.values();
      const walked = await walk(context.tokens, listing, async () => {
        for (const change of waiting.next().value ?? []) {
          await make(change, held);
          const places = matching();
          steady = steady.filter(([id, place]) => places.get(id) === place);
          for (const id of places.keys()) ever.add(id);
        }
      });
      const seen = walked.flat().map(({ id }) => id);
      for (const [id] of steady) expect([id, seen.filter((one) => one === id).length]).toEqual([id, 1]);
      for (const id of seen) expect(ever.has(id)).toBe(true);
      if (sorts.every(({ key }) => key !== "revoked_at")) expect(new Set(seen).size).toBe(seen.length);
    }),
    { numRuns: 400 },
  );
});
