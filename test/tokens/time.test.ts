import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatTime, LAST_MOMENT, parseTime, secondsOf } from "../../src/tokens/time.ts";

const second = fc.integer({ min: 0, max: LAST_MOMENT });

describe("a time of RFC 3339 is read", () => {
  test.each([
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"],
    ["2025-12-31t23:59:59z", "2025-12-31T23:59:59Z"],
    ["2025-12-31T23:59:59-00:00", "2025-12-31T23:59:59Z"],
    ["2025-12-31T23:59:59+02:00", "2025-12-31T21:59:59Z"],
    ["2025-12-31T23:59:59+23:59", "2025-12-31T00:00:59Z"],
    ["2025-12-31T23:59:59.999999999999999999Z", "2025-12-31T23:59:59Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
    ["1970-01-01T00:30:00+00:30", "1970-01-01T00:00:00Z"],
    ["1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59Z"],
    ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"],
    ["1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z"],
  ])("%s is %s", (text, expected) => {
    const time = parseTime(text);
    expect(time).toBe(Date.parse(expected) / 1000);
    expect(time === null ? null : formatTime(time)).toBe(expected);
  });
});

describe("any other text is refused", () => {
  test.each([
    ["nothing", ""],
    ["no zone", "2025-12-31T23:59:59"],
    ["a date alone", "2025-12-31"],
    ["no seconds", "2025-12-31T23:59Z"],
    ["a space for the T", "2025-12-31 23:59:59Z"],
    ["a space behind", "2025-12-31T23:59:59Z "],
    ["a line break behind", "2025-12-31T23:59:59Z\n"],
    ["a year of two digits", "25-12-31T23:59:59Z"],
    ["a year of five digits", "12025-12-31T23:59:59Z"],
    ["a month of one digit", "2025-1-31T23:59:59Z"],
    ["a fraction without digits", "2025-12-31T23:59:59.Z"],
    ["a fraction with a comma", "2025-12-31T23:59:59,5Z"],
    ["an offset without a colon", "2025-12-31T23:59:59+0200"],
    ["an offset with another minus", "2025-12-31T23:59:59−02:00"],
    ["an offset of 24 hours", "2025-12-31T23:59:59+24:00"],
    ["an offset of 60 minutes", "2025-12-31T23:59:59+01:60"],
    ["a zone in brackets", "2025-12-31T23:59:59Z[UTC]"],
    ["Unix seconds", "1767225599"],
    ["digits of another script", "２０２５-12-31T23:59:59Z"],
    ["February 29 of a common year", "2025-02-29T00:00:00Z"],
    ["February 29 of 2100", "2100-02-29T00:00:00Z"],
    ["day 0", "2025-12-00T00:00:00Z"],
    ["day 32", "2025-12-32T00:00:00Z"],
    ["month 0", "2025-00-01T00:00:00Z"],
    ["month 13", "2025-13-01T00:00:00Z"],
    ["24:00", "2025-12-31T24:00:00Z"],
    ["minute 60", "2025-12-31T23:60:00Z"],
    ["second 61", "2025-12-31T23:59:61Z"],
    ["a leap second in the middle of a day", "2016-12-31T12:59:60Z"],
    ["a leap second at midnight elsewhere", "2016-12-31T23:59:60+01:00"],
    ["a leap second on a day that is none", "2025-02-29T23:59:60Z"],
    ["the year 1969", "1969-12-31T23:59:59Z"],
    ["a leap second before 1970", "1969-12-31T23:59:60Z"],
    ["the year 10000 by its offset", "9999-12-31T23:59:59-00:01"],
    ["the year 10000 by a leap second", "9999-12-31T23:59:60Z"],
  ])("%s", (_, text) => {
    expect(parseTime(text)).toBeNull();
  });
});

test("every second is written in one form and read back", () => {
  fc.assert(
    fc.property(second, (time) => {
      const text = formatTime(time);
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(parseTime(text)).toBe(time);
    }),
  );
});

test("a moment is the same with any offset and any fraction", () => {
  const minutes = fc.integer({ min: -1439, max: 1439 });
  const fraction = fc.stringMatching(/^(\.\d{1,12})?$/);
  fc.assert(
    fc.property(second, minutes, fraction, (time, offset, cut) => {
      const local = time + offset * 60;
      fc.pre(local >= 0 && local <= LAST_MOMENT);
      const [hours, rest] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
      const zone = `${offset < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
      expect(parseTime(formatTime(local).replace("Z", cut + zone))).toBe(time);
    }),
  );
});

test("any text is a time from 1970 to 9999 or none", () => {
  const almost = fc.stringMatching(
    /^\d{4}-[01]\d-[0-3]\d[Tt ][0-2]\d:[0-6]\d:[0-6]\d(\.\d)?([Zz]|[+-][0-2]\d:[0-6]\d)?$/,
  );
  fc.assert(
    fc.property(fc.oneof(almost, fc.string()), (text) => {
      const time = parseTime(text);
      if (time === null) return;
      expect(Number.isInteger(time) && time >= 0 && time <= LAST_MOMENT).toBe(true);
    }),
  );
});

test.each([
  [0, 0],
  [999, 0],
  [1000, 1],
  [1_780_315_200_999, 1_780_315_200],
  [-1, -1],
])("%p ms lie in second %p", (ms, seconds) => {
  expect(secondsOf(ms)).toBe(seconds);
});
