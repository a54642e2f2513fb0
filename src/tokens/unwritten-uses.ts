import type { UnixSeconds } from "./time.ts";
import { bucketStart } from "./usage-period.ts";
import { ALL_TOKENS, type HourOfUse } from "./usage-store.ts";
import type { UseOutcome } from "./verification.ts";

/** The most hours of tokens that are told apart, of some 150 bytes each. */
export const UNWRITTEN_LIMIT = 100_000;

/** How many of them are written in one transaction, which holds up everything else meanwhile. */
const PORTION_SIZE = 200;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type CountedHour = Mutable<HourOfUse>;

/** Uses that are not in the store yet. Beyond UNWRITTEN_LIMIT, further tokens count among all of them alone. */
export class UnwrittenUses {
  #hours = new Map<UnixSeconds, Map<string, CountedHour>>();
  #portions: (readonly HourOfUse[])[] = [];
  #size = 0;

  /** On the way of every request: it adds to numbers, and makes something only for a token's first use in an hour. */
  add(token: string, outcome: UseOutcome, now: UnixSeconds): void {
    const hour = this.#hourOf(token, bucketStart("hour", now));
    hour[outcome] += 1;
    if (outcome === "accepted" && now > (hour.lastUsedAt ?? -1)) hour.lastUsedAt = now;
  }

  /** Keeps the latest moment at which a secret was shown after its token's end. Beyond UNWRITTEN_LIMIT it is lost. */
  mark(token: string, from: string | null, now: UnixSeconds): void {
    const hour = this.#hourOf(token, bucketStart("hour", now));
    if (hour.token === ALL_TOKENS || now < (hour.reusedAt ?? 0)) return;
    hour.reusedAt = now;
    hour.reusedFrom = from;
  }

  /** What is to be written next; undefined if that is nothing, until `collect` is called. */
  get portion(): readonly HourOfUse[] | undefined {
    return this.#portions[0];
  }

  /** Sets apart, in portions, what was added so far. */
  collect(): void {
    const hours = [...this.#hours.values()].flatMap((tokens) => [...tokens.values()]);
    this.#hours = new Map();
    for (let start = 0; start < hours.length; start += PORTION_SIZE)
      this.#portions.push(hours.slice(start, start + PORTION_SIZE));
  }

  /** Forgets the portion, which is written. */
  drop(): void {
    this.#size -= this.#portions.shift()?.length ?? 0;
  }

  /** How many uses there are in all. */
  get count(): number {
    const added = [...this.#hours.values()].flatMap((tokens) => [...tokens.values()]);
    const hours = [...this.#portions.flat(), ...added];
    return hours.reduce((total, { accepted, refused }) => total + accepted + refused, 0);
  }

  #hourOf(token: string, start: UnixSeconds): CountedHour {
    const known = this.#hours.get(start)?.get(token);
    if (known !== undefined) return known;
    if (this.#size >= UNWRITTEN_LIMIT && token !== ALL_TOKENS) return this.#hourOf(ALL_TOKENS, start);
    const none = { accepted: 0, refused: 0, lastUsedAt: null, reusedAt: null, reusedFrom: null };
    const made: CountedHour = { token, start, ...none };
    const tokens = this.#hours.get(start) ?? new Map<string, CountedHour>();
    this.#hours.set(start, tokens.set(token, made));
    this.#size += 1;
    return made;
  }
}
