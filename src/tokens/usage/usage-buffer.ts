import type { UnixSeconds } from "../time.ts";
import type { Token } from "../token.ts";
import type { UseOutcome } from "../verification.ts";
import { LastUseBuffer } from "./last-use-buffer.ts";
import { type CountedHour, UsageByHour } from "./usage-by-hour.ts";
import { bucketStart, type Period } from "./usage-period.ts";
import { ALL_TOKENS, type HourOfUse, type UseCount } from "./usage-store.ts";
import { withLastUse, withUse } from "./used-token.ts";
import { WrittenUses } from "./written-uses.ts";

/** The most hours of tokens in memory, of some 150 bytes each. */
export const BUFFER_LIMIT = 100_000;

/** How many of them are written in one transaction. Everything else waits meanwhile. */
const BATCH_SIZE = 200;

/** Uses that are not in the store yet. Beyond BUFFER_LIMIT, a further token counts only for all tokens together. */
export class UsageBuffer {
  #added = new UsageByHour();
  /** The hours in `#batches`. */
  #collected = new UsageByHour();
  #batches: (readonly HourOfUse[])[] = [];
  readonly #lastUses = new LastUseBuffer();
  readonly #reads = new Set<WrittenUses>();

  /**
   * Runs for every request: it adds to numbers, and allocates only for a token's first use in an hour.
   * Returns whether the use counts for the token itself.
   */
  add(token: string, outcome: UseOutcome, now: UnixSeconds): boolean {
    const hour = this.#hourOf(token, bucketStart("hour", now));
    hour[outcome] += 1;
    if (outcome === "accepted" && now > (hour.lastUsedAt ?? -1)) hour.lastUsedAt = now;
    return hour.token !== ALL_TOKENS;
  }

  /** Records the latest time at which a secret was shown after its token's end. Beyond BUFFER_LIMIT it is lost. */
  recordReuse(token: string, from: string | null, now: UnixSeconds): void {
    const hour = this.#hourOf(token, bucketStart("hour", now));
    if (hour.token === ALL_TOKENS || now < (hour.reusedAt ?? 0)) return;
    hour.reusedAt = now;
    hour.reusedFrom = from;
  }

  /** The batch to write next; undefined if all batches are written, until `collect` is called. */
  get batch(): readonly HourOfUse[] | undefined {
    return this.#batches[0];
  }

  /** Makes batches of the uses so far. Of the last uses it takes those that are due, or all. */
  collect(now: UnixSeconds, lastUses: "due" | "all"): void {
    this.#collected = this.#added;
    this.#added = new UsageByHour();
    this.#moveLastUses(now, lastUses);
    // Neighbours in the store are written together, which costs fewer pages.
    const hours = this.#collected.inOrder();
    for (let start = 0; start < hours.length; start += BATCH_SIZE)
      this.#batches.push(hours.slice(start, start + BATCH_SIZE));
  }

  /** Forgets the batch, which is written. */
  dropBatch(): void {
    const written = this.#batches.shift() ?? [];
    for (const hour of written) this.#collected.remove(hour);
    for (const read of this.#reads) read.add(written);
  }

  /** Collects the uses that are written from now on, until the end of a read. */
  watchWrites(): WrittenUses {
    const read = new WrittenUses((ended) => this.#reads.delete(ended));
    this.#reads.add(read);
    return read;
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
    let known = withLastUse(token, this.#lastUses.of(token.id));
    for (const hour of this.#collected.of(token.id)) known = withUse(known, hour);
    for (const hour of this.#added.of(token.id)) known = withUse(known, hour);
    return known;
  }

  get #hours(): readonly HourOfUse[] {
    return [...this.#collected.all(), ...this.#added.all()];
  }

  /** Leaves the last uses that are due in the hours that are written now, and the others in memory. */
  #moveLastUses(now: UnixSeconds, which: "due" | "all"): void {
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
