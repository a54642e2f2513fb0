import type { ScanCaller } from "../listing/scan-caller.ts";
import { type Issue, NO_SUCH_TOKEN, type Refusal } from "../refusal.ts";
import { type Clock, secondsOf, type UnixSeconds } from "../time.ts";
import type { Token } from "../token.ts";
import { StoreUnavailable, type TokenStore } from "../token-store.ts";
import type { UseOutcome } from "../verification.ts";
import type { Reuse } from "./reuse.ts";
import { UsageBuffer } from "./usage-buffer.ts";
import {
  BUCKETS,
  bucketsIn,
  type Period,
  type PeriodRequest,
  periodOf,
  retainedPeriod,
} from "./usage-period.ts";
import { ALL_TOKENS, sumsByStart, type UsageStore, type UseBucket, type UseCount } from "./usage-store.ts";
import type { WrittenUses } from "./written-uses.ts";

export interface UsageParts {
  readonly store: UsageStore;
  readonly tokens: Pick<TokenStore, "findById">;
  readonly clock: Clock;
}

export interface UsageRequest extends PeriodRequest {
  /** The ids of the tokens; null for all tokens. */
  readonly ids: readonly string[] | null;
}

export interface UsageReport {
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

/** How old the last uses in the store may be for lists that filter or sort by them. */
const LAST_USES_MAX_AGE_MS = 60_000;

/** Counts uses of tokens: in memory, until `flush` brings them into the store. Answers add both. */
export class Usage {
  readonly #store: UsageStore;
  readonly #tokens: UsageParts["tokens"];
  readonly #clock: Clock;
  readonly #unwritten = new UsageBuffer();
  #flushing: Promise<void> = Promise.resolve();
  #lastUsesWrittenAt: number | null = null;
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
    this.#unwritten.recordReuse(token.id, showing.ip, this.#now());
  }

  /** How many uses are not in the store yet. */
  get unwritten(): number {
    return this.#unwritten.count;
  }

  /** A token from the store, with its uses that are not in there yet. */
  addedTo(token: Token): Token {
    return this.#unwritten.addedTo(token);
  }

  /** Collects the uses that are written while a read of the store is under way. */
  watchWrites(): WrittenUses {
    return this.#unwritten.watchWrites();
  }

  /**
   * Writes the recorded uses into the store, in batches of a transaction each, and deletes old counts. Of the last uses
   * it writes those that are due, or all. Throws StoreUnavailable if the store cannot do it now: the rest stays for the
   * next time.
   */
  async flush(lastUses: "due" | "all" = "due"): Promise<void> {
    const flushed = this.#flushing.then(() => this.#write(lastUses));
    this.#flushing = flushed.catch(() => undefined);
    await flushed;
  }

  /**
   * Writes the last uses of tokens into the store for a list that filters or sorts by them; at most once a minute, as
   * each costs, but first uses at once. Does nothing where the store cannot be written now.
   */
  async writeLastUses(): Promise<void> {
    const sinceMs = this.#clock() - (this.#lastUsesWrittenAt ?? Number.NEGATIVE_INFINITY);
    if (sinceMs >= 0 && sinceMs < LAST_USES_MAX_AGE_MS) return await this.writeFirstUses();
    this.#lastUsesWrittenAt = this.#clock();
    await this.#tryToFlush("all");
  }

  /**
   * Writes the first uses of tokens into the store, before tokens that were never used are counted. Each token costs
   * that once in its life. Does nothing where the store cannot be written now.
   */
  async writeFirstUses(): Promise<void> {
    const count = this.#firstUses;
    if (count <= this.#writtenFirstUses) return;
    await this.#tryToFlush("due");
    // After a failure the uses wait for the next regular flush: otherwise each reader would wait for the disk.
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
    // The rest of an earlier flush comes first and alone: together with it, each token would have several entries.
    await this.#writeBatches();
    const firstUses = this.#firstUses;
    this.#unwritten.collect(this.#now(), lastUses);
    await this.#writeBatches();
    this.#writtenFirstUses = firstUses;
    for (const bucket of BUCKETS) await this.#store.forget(bucket, retainedPeriod(bucket, this.#now()).from);
  }

  async #writeBatches(): Promise<void> {
    for (let batch = this.#unwritten.batch; batch !== undefined; batch = this.#unwritten.batch)
      await this.#store.add(batch, () => this.#unwritten.dropBatch());
  }

  #now(): UnixSeconds {
    return secondsOf(this.#clock());
  }
}
