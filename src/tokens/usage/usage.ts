import type { ScanCaller } from "../listing/scan-caller.ts";
import { type Issue, NO_SUCH_TOKEN, type Refusal } from "../refusal.ts";
import { type Clock, secondsOf, type UnixSeconds } from "../time.ts";
import type { Token } from "../token.ts";
import { StoreUnavailable, type TokenStore } from "../token-store.ts";
import type { UseOutcome } from "../verification.ts";
import type { Reuse } from "./reuse.ts";
import { UsageBuffer } from "./usage-buffer.ts";
import { BUCKETS, bucketsIn, keptPeriod, type Period, type PeriodRequest, periodOf } from "./usage-period.ts";
import { ALL_TOKENS, sumsByStart, type UsageStore, type UseBucket, type UseCount } from "./usage-store.ts";

export interface UsageParts {
  readonly store: UsageStore;
  /** Knows which tokens there are. */
  readonly tokens: Pick<TokenStore, "findById">;
  readonly clock: Clock;
}

export interface UsageRequest extends PeriodRequest {
  /** Whose uses; null for those of all tokens. */
  readonly ids: readonly string[] | null;
}

export interface UsageReport {
  /** What was looked at. */
  readonly period: Period;
  /** All together, the earliest first; buckets that nothing was used in are left out. */
  readonly buckets: readonly UseBucket[];
  /** The same for each token, in the order asked for; none where all tokens were asked for. */
  readonly tokens: readonly { readonly id: string; readonly buckets: readonly UseBucket[] }[];
}

/** The most buckets, of all tokens that are asked for, in one report: adding up and writing more would be felt by others. */
export const REPORT_LIMIT = 10_000;

const TOO_LARGE: Issue = {
  path: "ids",
  message: `must be fewer, or from and to nearer to each other: at most ${REPORT_LIMIT} buckets of all tokens together`,
};
const TOO_MUCH: Refusal = { refused: "invalid", issues: [TOO_LARGE] };

/** How long the last uses in the store are good enough for lists that filter or sort by them. */
const SETTLED_MS = 60_000;

/** Counts uses of tokens: in memory, until `flush` brings them into the store. Answers add both. */
export class Usage {
  readonly #store: UsageStore;
  readonly #tokens: UsageParts["tokens"];
  readonly #clock: Clock;
  readonly #unwritten = new UsageBuffer();
  #flushing: Promise<void> = Promise.resolve();
  #settledAt: number | null = null;
  /** How many tokens were used for the first time in their life, and how many of these the store has. */
  #firstUses = 0;
  #writtenFirstUses = 0;

  constructor({ store, tokens, clock }: UsageParts) {
    this.#store = store;
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** Notes that the secret of a token was shown. `lastUsedAt` is as of `addedTo`. Writes nothing. */
  record({ id, lastUsedAt }: Pick<Token, "id" | "lastUsedAt">, outcome: UseOutcome): void {
    const isOwn = this.#unwritten.add(id, outcome, this.#now());
    if (isOwn && outcome === "accepted" && lastUsedAt === null) this.#firstUses += 1;
  }

  /** Notes when and from where the secret of an ended token was shown, beside the use that `record` counts. Writes nothing. */
  recordReuse({ token, showing }: Reuse): void {
    this.#unwritten.mark(token.id, showing.ip, this.#now());
  }

  /** How many uses are not in the store yet. */
  get unwritten(): number {
    return this.#unwritten.count;
  }

  /** A token from the store, with its uses that are not in there yet. */
  addedTo(token: Token): Token {
    return this.#unwritten.addedTo(token);
  }

  /**
   * Brings what was recorded into the store, in portions that are a transaction each, and lets go of what is too
   * old; the last uses of tokens only where they are due, or all of them. Throws StoreUnavailable if the store cannot
   * do it now: what it has not taken stays for the next time.
   */
  async flush(lastUses: "due" | "all" = "due"): Promise<void> {
    const flushed = this.#flushing.then(() => this.#write(lastUses));
    this.#flushing = flushed.catch(() => undefined);
    await flushed;
  }

  /**
   * Brings the last uses of tokens into the store for somebody who filters or sorts by them; at most once a minute,
   * as each costs, but first uses at once. Where the store cannot take them now, it is left as it is.
   */
  async writeLastUses(): Promise<void> {
    const sinceMs = this.#clock() - (this.#settledAt ?? Number.NEGATIVE_INFINITY);
    if (sinceMs >= 0 && sinceMs < SETTLED_MS) return await this.writeFirstUses();
    this.#settledAt = this.#clock();
    await this.#tryToFlush("all");
  }

  /**
   * Brings the first uses of tokens into the store for somebody who counts tokens that were never used. A token costs
   * that once in its life. Where the store cannot take them now, it is left as it is.
   */
  async writeFirstUses(): Promise<void> {
    const count = this.#firstUses;
    if (count <= this.#writtenFirstUses) return;
    await this.#tryToFlush("due");
    // What failed waits for the next regular flush: otherwise each reader would wait for the disk.
    this.#writtenFirstUses = Math.max(this.#writtenFirstUses, count);
  }

  async #tryToFlush(lastUses: "due" | "all"): Promise<void> {
    await this.flush(lastUses).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
    });
  }

  /** How often tokens were used until now. Ends when `caller` waits for it no more. */
  async report(
    { ids, ...request }: UsageRequest,
    caller: ScanCaller | null = null,
  ): Promise<UsageReport | Refusal> {
    const period = periodOf(request, this.#now());
    if (bucketsIn(period) * (ids ?? [ALL_TOKENS]).length > REPORT_LIMIT) return TOO_MUCH;
    for (const id of ids ?? []) if ((await this.#tokens.findById(id)) === null) return NO_SUCH_TOKEN;
    const counts = await this.#counts(ids ?? [ALL_TOKENS], period, caller);
    const byToken = Map.groupBy(counts, ({ token }) => token);
    const tokens = (ids ?? []).map((id) => ({ id, buckets: sumsByStart(byToken.get(id) ?? []) }));
    return { period, buckets: sumsByStart(counts), tokens };
  }

  /** The uses in the store, and those that it did not have at the moment of the read, the earliest first. */
  async #counts(
    tokens: readonly string[],
    period: Period,
    caller: ScanCaller | null,
  ): Promise<readonly UseCount[]> {
    let unwritten: readonly UseCount[] = [];
    const stored = await this.#store.read(tokens, period, caller, () => {
      unwritten = this.#unwritten.counts(tokens, period);
    });
    return [...stored, ...unwritten].toSorted((one, other) => one.start - other.start);
  }

  async #write(lastUses: "due" | "all"): Promise<void> {
    // What an earlier flush left comes first and alone: collected beside it, each token would have several entries.
    await this.#writePortions();
    const firstUses = this.#firstUses;
    this.#unwritten.collect(this.#now(), lastUses);
    await this.#writePortions();
    this.#writtenFirstUses = firstUses;
    for (const bucket of BUCKETS) await this.#store.forget(bucket, keptPeriod(bucket, this.#now()).from);
  }

  async #writePortions(): Promise<void> {
    for (let portion = this.#unwritten.portion; portion !== undefined; portion = this.#unwritten.portion)
      await this.#store.add(portion, () => this.#unwritten.drop());
  }

  #now(): UnixSeconds {
    return secondsOf(this.#clock());
  }
}
