import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Uses } from "../../../public/admin/api/record-types.ts";
import { rangeBody, ticksOf, USE_RANGES } from "../../../public/admin/usage/usage-ranges.ts";
import {
  BARS_HEIGHT,
  barPaths,
  bucketName,
  filled,
  scaleOf,
  sumOf,
  usesIn,
  usesWords,
} from "../../../public/admin/usage/uses.ts";

const DAYS = { bucket: "day", from: "2026-02-27T00:00:00Z", to: "2026-03-02T00:00:00Z" } as const;

function uses(start: string, accepted: number, refused = 0): Uses {
  return { start, accepted, refused };
}

const counts = fc.array(
  fc.record({
    start: fc.constant("2026-01-01T00:00:00Z"),
    accepted: fc.nat(1_000_000),
    refused: fc.nat(1_000_000),
  }),
  { maxLength: 40 },
);

describe("buckets", () => {
  test("those without a use are filled in, from the first to the last", () => {
    const days = filled(DAYS, [uses("2026-02-28T00:00:00Z", 3, 1)]);
    expect(days.map(({ start }) => start.slice(0, 10))).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
    expect(days.map(usesIn)).toEqual([0, 4, 0]);
    expect(sumOf(days)).toEqual({ accepted: 3, refused: 1 });
  });

  test("none is there where nothing was looked at", () => {
    expect(filled({ ...DAYS, to: DAYS.from }, [])).toEqual([]);
    expect(sumOf([])).toEqual({ accepted: 0, refused: 0 });
  });

  test("each has a name in UTC, also the last hour of a day", () => {
    expect(bucketName(uses("2026-11-18T14:00:00Z", 1), "hour")).toBe("18 Nov 2026, 14:00–15:00 UTC");
    expect(bucketName(uses("2026-11-18T23:00:00.000Z", 1), "hour")).toBe("18 Nov 2026, 23:00–00:00 UTC");
    expect(bucketName(uses("2026-11-18T00:00:00Z", 1), "day")).toBe("18 Nov 2026");
  });
});

test.each([
  [0, 0, "not used"],
  [1, 0, "used once"],
  [0, 1, "used once, and refused"],
  [1, 1, "used twice, 1 of them refused"],
  [0, 3, "used 3 times, each time refused"],
  [1201, 3, "used 1,204 times, 3 of them refused"],
])("%i accepted and %i refused are put into words", (accepted, refused, words) => {
  expect(usesWords({ accepted, refused })).toBe(words);
});

test("the range stands before the refused uses", () => {
  const period = " in 30 days";
  expect(usesWords({ accepted: 9, refused: 1 }, period)).toBe("used 10 times in 30 days, 1 of them refused");
  expect(usesWords({ accepted: 0, refused: 0 }, period)).toBe("not used in 30 days");
});

describe("bars", () => {
  test.each([
    [0, 4],
    [4, 4],
    [5, 6],
    [7, 10],
    [10, 10],
    [11, 20],
    [41, 60],
    [601, 1000],
  ])("with at most %i uses, the full height stands for %i", (highest, scale) => {
    expect(scaleOf([uses("2026-01-01T00:00:00Z", 0, highest)])).toBe(scale);
  });

  test("refused uses stand on those accepted, with a mark below however few they are", () => {
    const buckets = [uses("2026-01-01T00:00:00Z", 5, 5), uses("2026-01-02T00:00:00Z", 0)];
    expect(barPaths(buckets, { least: 1, mark: 4 })).toEqual({
      accepted: "M0.1 50h0.8v50h-0.8z",
      refused: "M0.1 0h0.8v50h-0.8z",
      marks: "M0.1 102h0.8v4h-0.8z",
    });
  });

  test("few of the one leave room to many of the other", () => {
    const rows = [uses("2026-01-01T00:00:00Z", 998, 2), uses("2026-01-01T00:00:00Z", 2, 998)];
    const { accepted, refused } = barPaths(rows, { least: 8, mark: 16 });
    expect(accepted).toBe("M0.1 8h0.8v92h-0.8zM1.1 92h0.8v8h-0.8z");
    expect(refused).toBe("M0.1 0h0.8v8h-0.8zM1.1 0h0.8v92h-0.8z");
  });

  test("of any counts, none is too low to be seen, and none above the full height", () => {
    fc.assert(
      fc.property(counts, (buckets) => {
        const scale = scaleOf(buckets);
        expect(scale % 2).toBe(0);
        for (const each of buckets) expect(usesIn(each)).toBeLessThanOrEqual(scale);
        const { accepted, refused, marks } = barPaths(buckets, { least: 8, mark: 16 });
        const heights = (path: string) =>
          [...path.matchAll(/v([\d.]+)/g)].map(([, height]) => Number(height));
        const tops = [...`${accepted}${refused}`.matchAll(/M\S+ (-?[\d.]+)/g)].map(([, top]) => Number(top));
        const isSeen = ({ refused: count }: Uses) => count > 0;
        expect(heights(refused)).toHaveLength(buckets.filter(isSeen).length);
        expect(heights(marks)).toHaveLength(buckets.filter(isSeen).length);
        expect(Math.min(8, ...heights(refused), ...heights(accepted))).toBe(8);
        expect(Math.min(0, ...tops)).toBe(0);
        expect(Math.max(0, ...tops)).toBeLessThan(BARS_HEIGHT);
      }),
    );
  });
});

describe("ranges", () => {
  const NOW = Date.parse("2026-11-24T06:43:39Z");

  test("the last 24 hours end with the one that is not over", () => {
    expect(rangeBody(USE_RANGES.day, NOW)).toEqual({ bucket: "hour", from: "2026-11-23T07:43:39Z" });
    expect(rangeBody({ bucket: "day", buckets: 30 }, NOW)).toEqual({
      bucket: "day",
      from: "2026-10-26T06:43:39Z",
    });
  });

  test("the others go as far back as uses are stored", () => {
    expect(rangeBody(USE_RANGES.month, NOW)).toEqual({ bucket: "hour" });
    expect(rangeBody(USE_RANGES.year, NOW)).toEqual({ bucket: "day" });
  });

  test.each([
    ["day", "hour", "2026-11-23T07:00:00Z", "2026-11-24T07:00:00Z", "12:00 18:00 00:00"],
    [
      "month",
      "hour",
      "2026-10-20T07:00:00Z",
      "2026-11-24T07:00:00Z",
      "22 Oct, 29 Oct, 5 Nov, 12 Nov, 19 Nov",
    ],
    ["year", "day", "2025-10-21T00:00:00Z", "2026-11-25T00:00:00Z", "2026, Apr, Jul, Oct"],
  ] as const)("what is written below a %s by %s", (range, bucket, from, to, texts) => {
    const ticks = ticksOf(range, filled({ bucket, from, to }, []));
    expect(ticks.map(({ text }) => text).join(texts.includes(",") ? ", " : " ")).toBe(texts);
    for (const { at } of ticks) expect(at).toBeLessThanOrEqual(0.92);
  });
});
