import { RETENTION_DAYS } from "../../../src/tokens/usage/usage-period.ts";
import type { Bucket, Uses } from "../api/record-types.ts";
import { DAY_MS, dayName } from "../app/format.ts";
import { moment } from "../token-list/list-view.ts";
import { BUCKET_MS, clockTime } from "./uses.ts";

export type RangeName = "day" | "month" | "year";

/** A range of uses up to now, and its buckets. */
export interface UseRange {
  /** As in `Not used in the last 24 hours`. */
  readonly words: string;
  readonly bucket: Bucket;
  /** Null for as far back as the server stores uses. */
  readonly buckets: number | null;
}

export const USE_RANGES: Readonly<Record<RangeName, UseRange>> = {
  day: { words: "last 24 hours", bucket: "hour", buckets: 24 },
  month: { words: `last ${RETENTION_DAYS.hour} days`, bucket: "hour", buckets: null },
  year: { words: `last ${RETENTION_DAYS.day} days`, bucket: "day", buckets: null },
};

/** The body for `api-token/usage`. The range ends with the present bucket. */
export function rangeBody({ bucket, buckets }: Omit<UseRange, "words">, nowMs: number): object {
  return buckets === null ? { bucket } : { bucket, from: moment(nowMs - (buckets - 1) * BUCKET_MS[bucket]) };
}

/** A name below the bars. */
export interface Tick {
  /** Where it begins, from 0 to 1. */
  readonly at: number;
  readonly text: string;
}

/** Beyond this, a name does not fit before the right edge. */
const LAST_TICK = 0.92;

const MONTH = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "short" });

/** The labels below the bars of a range. */
export function ticksOf(range: RangeName, buckets: readonly Uses[]): readonly Tick[] {
  return buckets
    .map(({ start }, index) => ({ at: index / buckets.length, text: tickText(range, start) }))
    .filter((tick): tick is Tick => tick.text !== null && tick.at <= LAST_TICK);
}

const HOURS_A_TICK = 6;
const DAYS_A_TICK = 7;
const MONTHS_A_TICK = 3;

function tickText(range: RangeName, start: string): string | null {
  const date = new Date(start);
  if (range === "day") return date.getUTCHours() % HOURS_A_TICK === 0 ? clockTime(start) : null;
  if (range === "month") {
    const isTick = date.getUTCHours() === 0 && (date.getTime() / DAY_MS) % DAYS_A_TICK === 0;
    return isTick ? dayName(start) : null;
  }
  const month = date.getUTCMonth();
  if (date.getUTCDate() !== 1 || month % MONTHS_A_TICK !== 0) return null;
  return month === 0 ? String(date.getUTCFullYear()) : MONTH.format(date);
}
