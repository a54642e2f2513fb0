import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { COMMAND_LINE } from "../../../../src/tokens/audit/audit-event.ts";
import type { Condition, Sort } from "../../../../src/tokens/listing/listing.ts";
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
import { outcomeOf, TestStore } from "../../../support/store/store.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const limit = fc.integer({ min: 1, max: 8 });

/** A change of a store between two pages. */
type Change =
  | { readonly kind: "create"; readonly description: string | null; readonly inSeconds: number | null }
  | { readonly kind: "revoke"; readonly index: number }
  | { readonly kind: "wait"; readonly seconds: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant("create" as const),
    description: fc.option(description),
    inSeconds: fc.option(fc.integer({ min: 1, max: 3 })),
  }),
  fc.record({ kind: fc.constant("revoke" as const), index: fc.nat(30) }),
  fc.record({ kind: fc.constant("wait" as const), seconds: fc.constantFrom(1, -1) }),
);

async function make(change: Change, context: TestStore, known: readonly Token[]): Promise<void> {
  const { clock, tokens } = context;
  if (change.kind === "wait") return clock.step(change.seconds);
  if (change.kind === "create") {
    const expiresAt = change.inSeconds === null ? null : clock.now + change.inSeconds;
    await context.create({ description: change.description, expiresAt });
  } else {
    const token = known[change.index % Math.max(known.length, 1)];
    if (token !== undefined) outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
  }
}

/** The tokens with these ids, read without a list. */
function everyToken({ store }: TestStore, ids: ReadonlySet<string>): readonly Token[] {
  return [...ids].map((id) => store.findById(id)).filter((token) => token !== null);
}

/** Follows a walk: which tokens matched all the time with the values they are sorted by, and which ever did. */
class Witness {
  readonly ids: Set<string>;
  #steady: Map<string, string> | null = null;
  readonly ever = new Set<string>();
  readonly #context: TestStore;
  readonly #conditions: readonly Condition[];
  readonly #sorts: readonly Sort[];

  constructor(
    context: TestStore,
    ids: readonly string[],
    conditions: readonly Condition[],
    sorts: readonly Sort[],
  ) {
    this.#context = context;
    this.ids = new Set(ids);
    this.#conditions = conditions;
    this.#sorts = sorts;
  }

  look(): void {
    const now = this.#context.clock.now;
    for (const { target } of this.#context.changes) this.ids.add(target);
    const listed = everyToken(this.#context, this.ids).filter((token) =>
      isListed(TOKEN_MODEL, token, this.#conditions, now),
    );
    const places = new Map(listed.map((token) => [token.id, this.#place(token)]));
    for (const id of places.keys()) this.ever.add(id);
    const before = this.#steady ?? places;
    this.#steady = new Map([...before].filter(([id, place]) => places.get(id) === place));
  }

  get steady(): readonly string[] {
    return [...(this.#steady ?? new Map<string, string>()).keys()];
  }

  #place(token: Token): string {
    return JSON.stringify(this.#sorts.map(({ key }) => TOKEN_MODEL.valueUnder(token, key, 0)));
  }
}

test("whatever is created, revoked or expires meanwhile, what matches throughout comes exactly once", async () => {
  const changes = fc.array(fc.array(change, { maxLength: 3 }), { minLength: 1, maxLength: 8 });
  using context = new TestStore();
  await fc.assert(
    fc.asyncProperty(
      tokenSet,
      conditions,
      sorts,
      limit,
      changes,
      async (held, conditions, sorts, limit, changes) => {
        context.clock.set(FIRST_MOMENT + 1);
        context.changes.length = 0;
        context.hold(held);
        const witness = new Witness(
          context,
          held.map(({ id }) => id),
          conditions,
          sorts,
        );
        witness.look();
        const waiting = changes.values();
        const walked = await walk(context.tokens, { conditions, sorts, limit }, async () => {
          for (const change of waiting.next().value ?? []) {
            await make(change, context, held);
            witness.look();
          }
        });
        const seen = walked.flat().map(({ id }) => id);
        const count = (id: string) => seen.filter((one) => one === id).length;
        for (const id of witness.steady) expect([id, count(id)]).toEqual([id, 1]);
        for (const id of seen) expect(witness.ever.has(id)).toBe(true);
        if (sorts.every(({ key }) => key !== "revoked_at")) expect(new Set(seen).size).toBe(seen.length);
      },
    ),
    { numRuns: 400 },
  );
});
