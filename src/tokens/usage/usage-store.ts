import type { Awaitable } from "../awaitable.ts";
import type { ScanCaller } from "../listing/scan-caller.ts";
import type { UnixSeconds } from "../time.ts";
import type { Bucket, Period } from "./usage-period.ts";

/** Stands where the id of a token does, for all tokens together. */
export const ALL_TOKENS = "";

/** How many uses of secrets in one bucket were accepted and refused. */
export interface UseBucket {
  /** When the bucket began. */
  readonly start: UnixSeconds;
  readonly accepted: number;
  readonly refused: number;
}

/** The same of one token. */
export interface UseCount extends UseBucket {
  /** The id of the token, or ALL_TOKENS. */
  readonly token: string;
}

/**
 * The uses of a token in one hour, or a moment alone, with no use to count. With ALL_TOKENS, those of tokens that
 * nobody knows any more.
 */
export interface HourOfUse extends UseCount {
  /** When the token was last let in, if that is to be written; otherwise null. */
  readonly lastUsedAt: UnixSeconds | null;
  /** When the secret was last shown after the token's end; null if it was not. */
  readonly reusedAt: UnixSeconds | null;
  /** The IP address from which that was. */
  readonly reusedFrom: string | null;
}

/** A store of use counts. Every method throws StoreUnavailable when the store cannot do it now, and changes nothing then. */
export interface UsageStore {
  /**
   * Adds all of these uses to the counts of each token and of all together, or none. The later moment stays. Calls
   * `onWritten` once that is done, before anything else can read it.
   */
  add(uses: readonly HourOfUse[], onWritten: () => void): Awaitable<void>;
  /**
   * The counts of these tokens at one moment of the store, the earliest first; without buckets that have no use.
   * Calls `atMoment` at that moment. Ends when `caller` has gone.
   */
  read(
    tokens: readonly string[],
    period: Period,
    caller: ScanCaller | null,
    atMoment: () => void,
  ): Awaitable<readonly UseCount[]>;
  /** Deletes buckets that began before that moment, some of them at a time. */
  forget(bucket: Bucket, before: UnixSeconds): Awaitable<void>;
}

/** Adds up the counts of all tokens by the start of their bucket, in the order of the first count of each start. */
export function sumsByStart(counts: readonly UseBucket[]): readonly UseBucket[] {
  const byStart = Map.groupBy(counts, ({ start }) => start);
  return [...byStart].map(([start, same]) => ({
    start,
    accepted: same.reduce((total, { accepted }) => total + accepted, 0),
    refused: same.reduce((total, { refused }) => total + refused, 0),
  }));
}

/** Whether there is a use to count. */
export function isUsed({ accepted, refused }: UseBucket): boolean {
  return accepted + refused > 0;
}
