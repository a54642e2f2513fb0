import { expect, test } from "bun:test";
import { formatTime, parseTime } from "../../../src/tokens/time.ts";
import {
  type Bucket,
  bucketStart,
  type Period,
  periodOf,
  retainedPeriod,
} from "../../../src/tokens/usage/usage-period.ts";

const NOW = at("2026-06-01T12:34:56Z");

function at(time: string): number {
  const parsed = parseTime(time);
  if (parsed === null) throw new Error(`no time: ${time}`);
  return parsed;
}

/** A period as the hours of its ends, such as `2026-05-01T10 - 2026-05-01T12`. */
function asText({ from, to }: Period): string {
  const hours = [from, to].map((time) => formatTime(time).replace(":00:00Z", ""));
  return hours.join(" - ");
}

test("a bucket has its first second and its last, and not the next one", () => {
  const midnight = at("2026-06-01T00:00:00Z");
  for (const time of [midnight, midnight + 1, midnight + 3599])
    expect(bucketStart("hour", time)).toBe(midnight);
  expect(bucketStart("hour", midnight - 1)).toBe(midnight - 3600);
  expect(bucketStart("hour", midnight + 3600)).toBe(midnight + 3600);
  for (const time of [midnight, midnight + 86_399]) expect(bucketStart("day", time)).toBe(midnight);
  expect(bucketStart("day", midnight - 1)).toBe(midnight - 86_400);
});

const KEPT = { hour: "2026-04-27T13 - 2026-06-01T13", day: "2025-04-28T00 - 2026-06-02T00" } as const;

test("840 hours and 400 days are stored, the one that is not over yet included", () => {
  for (const [bucket, seconds, count] of [
    ["hour", 3600, 840],
    ["day", 86_400, 400],
  ] as const) {
    const period = retainedPeriod(bucket, NOW);
    expect(asText(period)).toBe(KEPT[bucket]);
    expect((period.to - period.from) / seconds).toBe(count);
  }
});

test.each<[name: string, bucket: Bucket, from: string | null, to: string | null, period: string]>([
  ["all that is kept", "hour", null, null, KEPT.hour],
  ["whole buckets", "hour", "2026-05-01T10:00:00", "2026-05-01T12:00:00", "2026-05-01T10 - 2026-05-01T12"],
  ["parts of buckets", "hour", "2026-05-01T10:59:59", "2026-05-01T11:00:01", "2026-05-01T10 - 2026-05-01T12"],
  ["a second", "day", "2026-05-01T10:00:00", "2026-05-01T10:00:01", "2026-05-01T00 - 2026-05-02T00"],
  ["more than is kept", "day", "1970-01-01T00:00:00", "9999-12-31T23:59:59", KEPT.day],
  ["the time to come", "hour", "2026-06-01T13:00:00", null, "2026-06-01T13 - 2026-06-01T13"],
  ["the time before", "hour", null, "2026-04-27T13:00:00", "2026-04-27T13 - 2026-04-27T13"],
  ["the first hour", "hour", null, "2026-04-27T13:00:01", "2026-04-27T13 - 2026-04-27T14"],
])("a report covers whole buckets that are kept: %s", (_, bucket, from, to, period) => {
  const asked = {
    bucket,
    from: from === null ? null : at(`${from}Z`),
    to: to === null ? null : at(`${to}Z`),
  };
  expect(asText(periodOf(asked, NOW))).toBe(period);
});
