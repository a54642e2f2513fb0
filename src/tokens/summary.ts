import { REUSE_DAYS, SUMMARY_DAYS } from "./limits.ts";
import { formatTime, SECONDS_A_DAY, type UnixSeconds } from "./time.ts";
import { ACCESSES, type Access, STATUSES, type Status, statusAt, type Token } from "./token.ts";

/** Asks a store to count its tokens. */
export interface SummaryQuery {
  /** The time at which the status is computed. */
  readonly now: UnixSeconds;
  /** Later expiries count for no day. */
  readonly until: UnixSeconds;
  /** Secrets of ended tokens that were shown before are not counted. */
  readonly reusedSince: UnixSeconds;
}

/** A number of tokens of the same status, access and day of expiry. */
export interface TokenCount {
  readonly status: Status;
  readonly access: Access;
  /** In days since 1970 in UTC; null for a token that is not active, or does not expire before the query's end. */
  readonly expiryDay: number | null;
  readonly count: number;
  /** How many of them were never used. */
  readonly neverUsed: number;
  /** How many of them have a secret that was shown lately, after the token's end. */
  readonly reused: number;
}

/** How many tokens there are of each status and access. */
export type StatusCounts = Readonly<Record<Status, Readonly<Record<Access, number>>>>;

/** All tokens of a store in a few numbers. */
export interface Summary {
  readonly counts: StatusCounts;
  /** How many active tokens were never used. */
  readonly neverUsed: number;
  /** How many active tokens expire on each of the next SUMMARY_DAYS days of UTC, days without any included. */
  readonly expiries: readonly { readonly date: string; readonly count: number }[];
  /** How many tokens have a secret that was shown in the last REUSE_DAYS days, after the token's end. */
  readonly reused: number;
}

export function summaryQuery(now: UnixSeconds): SummaryQuery {
  return {
    now,
    until: (dayOf(now) + SUMMARY_DAYS) * SECONDS_A_DAY,
    reusedSince: now - REUSE_DAYS * SECONDS_A_DAY,
  };
}

/** Adds up the counts of a store at `now`. */
export function summaryOf(counted: readonly TokenCount[], now: UnixSeconds): Summary {
  const count = (status: Status, access: Access) =>
    total(counted.filter((each) => each.status === status && each.access === access));
  const counts = byName(STATUSES, (status) => byName(ACCESSES, (access) => count(status, access)));
  const active = counted.filter(({ status }) => status === "active");
  const expiries = Array.from({ length: SUMMARY_DAYS }, (_, index) => {
    const day = dayOf(now) + index;
    return { date: dateOf(day), count: total(active.filter(({ expiryDay }) => expiryDay === day)) };
  });
  const neverUsed = active.reduce((sum, each) => sum + each.neverUsed, 0);
  const reused = counted.reduce((sum, each) => sum + each.reused, 0);
  return { counts, neverUsed, expiries, reused };
}

/** Counts these tokens by their status at that moment. */
export function countsOf(tokens: readonly Token[], now: UnixSeconds): StatusCounts {
  return byName(STATUSES, (status) =>
    byName(
      ACCESSES,
      (access) => tokens.filter((token) => token.access === access && statusAt(token, now) === status).length,
    ),
  );
}

function total(counted: readonly TokenCount[]): number {
  return counted.reduce((sum, { count }) => sum + count, 0);
}

function byName<Name extends string, Value>(
  names: readonly Name[],
  value: (name: Name) => Value,
): Readonly<Record<Name, Value>>;
function byName(names: readonly string[], value: (name: string) => unknown) {
  return Object.fromEntries(names.map((name) => [name, value(name)]));
}

function dayOf(time: UnixSeconds): number {
  return Math.floor(time / SECONDS_A_DAY);
}

function dateOf(day: number): string {
  return formatTime(day * SECONDS_A_DAY).slice(0, "2026-12-31".length);
}
