import type { UnixSeconds } from "../time.ts";

/** Uses are counted by hour and by day of UTC. */
export type Bucket = "hour" | "day";

export const BUCKETS: readonly Bucket[] = ["hour", "day"];

/** The most tokens in one report. */
export const USAGE_IDS_LIMIT = 100;

const BUCKET_SECONDS: Readonly<Record<Bucket, number>> = { hour: 3600, day: 86_400 };

/** For how many days the counts of hours and of days are stored; the bucket that is not over yet counts. */
export const RETENTION_DAYS: Readonly<Record<Bucket, number>> = { hour: 35, day: 400 };

/** Whole buckets: that of `from` is the first, that which begins at `to` is not among them. */
export interface Period {
  readonly bucket: Bucket;
  readonly from: UnixSeconds;
  readonly to: UnixSeconds;
}

/** The period of a report; null for the oldest or newest bucket. */
export interface PeriodRequest {
  readonly bucket: Bucket;
  readonly from: UnixSeconds | null;
  readonly to: UnixSeconds | null;
}

/** When the bucket began that a moment is in. */
export function bucketStart(bucket: Bucket, time: UnixSeconds): UnixSeconds {
  const length = BUCKET_SECONDS[bucket];
  return Math.floor(time / length) * length;
}

export function bucketSeconds(bucket: Bucket): number {
  return BUCKET_SECONDS[bucket];
}

export function bucketsIn({ bucket, from, to }: Period): number {
  return (to - from) / BUCKET_SECONDS[bucket];
}

/** The buckets that are stored at `now`, the one that is not over yet included. */
export function retainedPeriod(bucket: Bucket, now: UnixSeconds): Period {
  const to = bucketStart(bucket, now) + BUCKET_SECONDS[bucket];
  return { bucket, from: to - RETENTION_DAYS[bucket] * BUCKET_SECONDS.day, to };
}

/** The buckets of the requested time that are stored; a period without a length if none are. */
export function periodOf({ bucket, from, to }: PeriodRequest, now: UnixSeconds): Period {
  const retained = retainedPeriod(bucket, now);
  const within = (time: UnixSeconds) => Math.min(Math.max(time, retained.from), retained.to);
  return {
    bucket,
    from: from === null ? retained.from : within(bucketStart(bucket, from)),
    to: to === null ? retained.to : within(bucketStart(bucket, to + BUCKET_SECONDS[bucket] - 1)),
  };
}
