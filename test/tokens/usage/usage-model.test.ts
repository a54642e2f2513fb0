import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Reuse } from "../../../src/tokens/usage/reuse.ts";
import type { Usage } from "../../../src/tokens/usage/usage.ts";
import type { UseOutcome } from "../../../src/tokens/verification.ts";
import { A_MOMENT, tokenOf } from "../../support/new-token.ts";
import type { TestStore } from "../../support/store/store.ts";
import { counters, UnsteadyUsageStore } from "../../support/store/usage.ts";
import { useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore();

const TOKENS = 5;

type Step =
  | { readonly do: "reuse"; readonly token: number; readonly ip: string }
  | { readonly do: "use"; readonly token: number; readonly outcome: UseOutcome }
  | { readonly do: "flush"; readonly portionsLeft: number }
  | { readonly do: "step"; readonly seconds: number };

const token = fc.nat(TOKENS - 1);
const outcome = fc.constantFrom("accepted", "refused");
const ip = fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::1");
const portionsLeft = fc.constantFrom(0, 1, Number.POSITIVE_INFINITY);
const seconds = fc.integer({ min: -9000, max: 9000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("use" as const), token, outcome }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reuse" as const), token, ip }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("flush" as const), portionsLeft }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("step" as const), seconds }) },
);

function reuseOf(id: string, ip: string): Reuse {
  const token = tokenOf(id, { revokedAt: A_MOMENT });
  const showing = { traceId: "", requestId: "", ip, path: "/", caller: null };
  return { token, end: { why: "revoked", at: A_MOMENT }, showing };
}

/** A server that counts, on a store that fails now and then, and a record of all uses. */
class Counting {
  readonly recorded: { readonly token: string; readonly outcome: UseOutcome }[] = [];
  /** The latest time that each token's dead secret was shown, and from where. */
  readonly marks = new Map<string, { readonly at: number; readonly from: string }>();
  readonly #usage: Usage;
  readonly #store: UnsteadyUsageStore;
  readonly #context: TestStore;
  readonly #ids: readonly string[];

  constructor(context: TestStore, ids: readonly string[]) {
    this.#store = new UnsteadyUsageStore(context.store.usage);
    this.#usage = context.usageOn(this.#store);
    this.#context = context;
    this.#ids = ids;
  }

  get unwritten(): number {
    return this.#usage.unwritten;
  }

  async perform(step: Step): Promise<void> {
    if (step.do === "step") this.#context.clock.step(step.seconds);
    if (step.do === "flush") await this.flush(step.portionsLeft);
    if (step.do === "reuse") this.#reuse(this.#ids[step.token] ?? "", step.ip);
    if (step.do === "use") {
      const token = this.#ids[step.token] ?? "";
      this.#usage.record({ id: token, lastUsedAt: null }, step.outcome);
      this.recorded.push({ token, outcome: step.outcome });
    }
  }

  #reuse(id: string, ip: string): void {
    const { now } = this.#context.clock;
    this.#usage.record({ id, lastUsedAt: null }, "refused");
    this.#usage.recordReuse(reuseOf(id, ip));
    this.recorded.push({ token: id, outcome: "refused" });
    if (now >= (this.marks.get(id)?.at ?? 0)) this.marks.set(id, { at: now, from: ip });
  }

  /** Flushes into a store that takes so many portions, and fails then. */
  async flush(portionsLeft: number): Promise<void> {
    this.#store.portionsLeft = portionsLeft;
    await this.#usage.flush().catch(() => undefined);
  }
}

test("store and memory together have every recorded use once, also after flushes that fail", async () => {
  const ids: string[] = [];
  while (ids.length < TOKENS) ids.push((await context.create()).token.id);
  const database = context.connect();
  const stored = (bucket: string, token: string, outcome: UseOutcome) =>
    counters(database)
      .filter((row) => row.bucket === bucket && row.token === token)
      .reduce((total, row) => total + Number(row[outcome]), 0);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
      database.run("DELETE FROM token_use");
      database.run("UPDATE token SET reused_at = NULL, reused_from = NULL");
      const counting = new Counting(context, ids);
      for (const each of steps) {
        await counting.perform(each);
        const written = stored("hour", "", "accepted") + stored("hour", "", "refused");
        expect(written + counting.unwritten).toBe(counting.recorded.length);
      }
      await counting.flush(Number.POSITIVE_INFINITY);
      for (const id of ids) {
        const { at = null, from = null } = counting.marks.get(id) ?? {};
        expect(context.store.findById(id)).toMatchObject({ reusedAt: at, reusedFrom: from });
      }
      for (const bucket of ["hour", "day"])
        for (const outcome of ["accepted", "refused"] as const)
          for (const id of ["", ...ids]) {
            const uses = counting.recorded.filter(
              (use) => (id === "" || use.token === id) && use.outcome === outcome,
            );
            expect(stored(bucket, id, outcome)).toBe(uses.length);
          }
    }),
    { numRuns: 40 },
  );
});
