import type { UnixSeconds } from "../time.ts";
import type { Token } from "../token.ts";
import type { UseOutcome } from "../verification.ts";
import { LastUseBuffer } from "./last-use-buffer.ts";
import { type CountedHour, UsageByHour } from "./usage-by-hour.ts";
import { bucketStart, type Period } from "./usage-period.ts";
import { ALL_TOKENS, type HourOfUse, type UseCount } from "./usage-store.ts";

/** The most hours of tokens that are told apart, of some 150 bytes each. */
export const BUFFER_LIMIT = 100_000;

/** How many of them are written in one transaction, which holds up everything else meanwhile. */
const PORTION_SIZE = 200;

/** Uses that are not in the store yet. Beyond BUFFER_LIMIT, further tokens count among all of them alone. */
export class UsageBuffer {
  #added = new UsageByHour();
  /** The hours in `#portions`. */
  #collected = new UsageByHour();
  #portions: (readonly HourOfUse[])[] = [];
  readonly #lastUses = new LastUseBuffer();

  /**
   * On the way of every request: it adds to numbers, and makes something only for a token's first use in an hour.
   * Returns whether the use counts for the token itself.
   */
  add(token: string, outcome: UseOutcome, now: UnixSeconds): boolean {
    const hour = this.#hourOf(token, bucketStart("hour", now));
    hour[outcome] += 1;
    if (outcome === "accepted" && now > (hour.lastUsedAt ?? -1)) hour.lastUsedAt = now;
    return hour.token !== ALL_TOKENS;
  }

  /** Keeps the latest moment at which a secret was shown after its token's end. Beyond BUFFER_LIMIT it is lost. */
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

  /** Sets apart, in portions, what was added so far; of the last uses those that are due, or all. */
  collect(now: UnixSeconds, lastUses: "due" | "all"): void {
    this.#collected = this.#added;
    this.#added = new UsageByHour();
    this.#settleLastUses(now, lastUses);
    // What lies together in the store is written together, which costs fewer pages.
    const hours = this.#collected.inOrder();
    for (let start = 0; start < hours.length; start += PORTION_SIZE)
      this.#portions.push(hours.slice(start, start + PORTION_SIZE));
  }

  /** Forgets the portion, which is written. */
  drop(): void {
    for (const hour of this.#portions.shift() ?? []) this.#collected.remove(hour);
  }

  /** How many uses there are in all. */
  get count(): number {
    return this.#hours.reduce((total, { accepted, refused }) => total + accepted + refused, 0);
  }

  /** The uses of these tokens in the buckets of a period; there can be several for one token and bucket. */
  counts(tokens: readonly string[], period: Period): readonly UseCount[] {
    return [this.#collected, this.#added].flatMap((hours) => hours.counts(tokens, period));
  }

  /** A token as it will be in the store once everything is written. */
  addedTo(token: Token): Token {
    const hours = [...this.#collected.of(token.id), ...this.#added.of(token.id)];
    const lastUsedAt = later(token.lastUsedAt, this.#lastUses.of(token.id));
    return hours.reduce(withHour, { ...token, lastUsedAt });
  }

  get #hours(): readonly HourOfUse[] {
    return [...this.#collected.all(), ...this.#added.all()];
  }

  /** Leaves a last use in the hour that it is to be written with, and keeps the others for later. */
  #settleLastUses(now: UnixSeconds, which: "due" | "all"): void {
    for (const hour of this.#collected.all()) {
      if (hour.lastUsedAt !== null && hour.token !== ALL_TOKENS)
        this.#lastUses.note(hour.token, hour.lastUsedAt);
      hour.lastUsedAt = null;
    }
    for (const [token, at] of this.#lastUses.take(now, which))
      this.#collected.findOrAdd(token, bucketStart("hour", at)).lastUsedAt = at;
  }
  #hourOf(token: string, start: UnixSeconds): CountedHour {
    const known = this.#added.find(token, start);
    if (known !== undefined) return known;
    const isFull = this.#added.size + this.#collected.size >= BUFFER_LIMIT;
    return this.#added.findOrAdd(isFull ? ALL_TOKENS : token, start);
  }
}

function withHour(token: Token, { lastUsedAt, reusedAt, reusedFrom }: HourOfUse): Token {
  const used = { ...token, lastUsedAt: later(token.lastUsedAt, lastUsedAt) };
  return reusedAt === null || reusedAt < (token.reusedAt ?? 0) ? used : { ...used, reusedAt, reusedFrom };
}

function later(one: UnixSeconds | null, other: UnixSeconds | null): UnixSeconds | null {
  return one === null || (other !== null && other > one) ? other : one;
}
