import { describe, expect, test } from "bun:test";
import { formatTime, parseTime } from "../../../src/tokens/time.ts";
import { type Bucket, bucketStart, keptPeriod, periodOf } from "../../../src/tokens/usage/usage-period.ts";

const NOW = at("2026-06-01T12:34:56Z");

function at(time: string): number {
  const parsed = parseTime(time);
  if (parsed === null) throw new Error(`no time: ${time}`);
  return parsed;
}

/** What is looked at, as text. */
function looked(bucket: Bucket, from: string | null, to: string | null): readonly string[] {
  const asked = { bucket, from: from === null ? null : at(from), to: to === null ? null : at(to) };
  const period = periodOf(asked, NOW);
  return [formatTime(period.from), formatTime(period.to)];
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

test("840 hours and 400 days are kept, that which is not over yet included", () => {
  const hours = keptPeriod("hour", NOW);
  expect([formatTime(hours.from), formatTime(hours.to)]).toEqual([
    "2026-04-27T13:00:00Z",
    "2026-06-01T13:00:00Z",
  ]);
  expect((hours.to - hours.from) / 3600).toBe(840);
  const days = keptPeriod("day", NOW);
  expect([formatTime(days.from), formatTime(days.to)]).toEqual([
    "2025-04-28T00:00:00Z",
    "2026-06-02T00:00:00Z",
  ]);
  expect((days.to - days.from) / 86_400).toBe(400);
});

describe("what is looked at:", () => {
  const SCENARIOS: readonly (readonly [
    name: string,
    bucket: Bucket,
    from: string | null,
    to: string | null,
    looked: readonly [string, string],
  ])[] = [
    ["all that is kept", "hour", null, null, ["2026-04-27T13:00:00Z", "2026-06-01T13:00:00Z"]],
    [
      "whole buckets as they are",
      "hour",
      "2026-05-01T10:00:00Z",
      "2026-05-01T12:00:00Z",
      ["2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z"],
    ],
    [
      "parts of buckets as whole ones",
      "hour",
      "2026-05-01T10:59:59Z",
      "2026-05-01T11:00:01Z",
      ["2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z"],
    ],
    [
      "a second as its day",
      "day",
      "2026-05-01T10:00:00Z",
      "2026-05-01T10:00:01Z",
      ["2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"],
    ],
    [
      "no more than is kept",
      "day",
      "1970-01-01T00:00:00Z",
      "9999-12-31T23:59:59Z",
      ["2025-04-28T00:00:00Z", "2026-06-02T00:00:00Z"],
    ],
    [
      "nothing of what is to come",
      "hour",
      "2026-06-01T13:00:00Z",
      null,
      ["2026-06-01T13:00:00Z", "2026-06-01T13:00:00Z"],
    ],
    [
      "nothing of what is over",
      "hour",
      null,
      "2026-04-27T13:00:00Z",
      ["2026-04-27T13:00:00Z", "2026-04-27T13:00:00Z"],
    ],
    [
      "the first hour that is kept",
      "hour",
      null,
      "2026-04-27T13:00:01Z",
      ["2026-04-27T13:00:00Z", "2026-04-27T14:00:00Z"],
    ],
  ];
  for (const [name, bucket, from, to, expected] of SCENARIOS)
    test(name, () => expect(looked(bucket, from, to)).toEqual([...expected]));
});
