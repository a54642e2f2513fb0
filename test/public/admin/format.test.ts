import { expect, test } from "bun:test";
import {
  dateName,
  dayAfter,
  daysName,
  exactTime,
  relativeTime,
  servicesName,
  shortened,
  tokensName,
} from "../../../public/admin/app/format.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");

test.each([
  ["2026-06-01T12:00:00Z", "just now"],
  ["2026-06-01T11:58:31Z", "just now"],
  ["2026-06-01T12:01:00Z", "in a moment"],
  ["2026-06-01T12:02:00Z", "in 2 minutes"],
  ["2026-06-01T10:00:00Z", "2 hours ago"],
  ["2026-06-02T13:00:00Z", "in 25 hours"],
  ["2026-06-08T12:00:00Z", "in 7 days"],
  ["2026-04-20T12:00:00Z", "42 days ago"],
  ["2026-08-30T12:00:00Z", "in 3 months"],
  ["2027-06-01T12:00:00Z", "in 12 months"],
  ["2036-06-01T12:00:00Z", "in 10 years"],
])("%s is %s", (time, words) => {
  expect(relativeTime(time, NOW)).toBe(words);
});

test("exact times and days are of UTC, wherever one is", () => {
  expect(exactTime("2026-12-31T23:59:59Z")).toBe("31 Dec 2026, 23:59:59 UTC");
  expect(dateName("2026-12-31")).toBe("31 Dec 2026");
  expect(daysName("2026-12-28", "2027-01-03")).toBe("28 Dec – 3 Jan");
  expect(daysName("2026-12-28", "2026-12-28")).toBe("28 Dec");
  expect(dayAfter("2026-02-28", 1)).toBe("2026-03-01");
});

test("one token is one, and thousands have a comma", () => {
  expect([0, 1, 2, 12_345].map(tokensName)).toEqual(["0 tokens", "1 token", "2 tokens", "12,345 tokens"]);
});

test.each([
  [["a"], "a"],
  [["a", "b"], "a and b"],
  [["a", "b", "c"], "a, b and 1 other service"],
  [["a", "b", "c", "d"], "a, b and 2 other services"],
])("services %p are named %p", (names, words) => {
  expect(servicesName(names)).toBe(words);
});

test.each([
  ["deploys", 7, "deploys"],
  ["deploys", 6, "deploy…"],
  ["👨‍👩‍👧👨‍👩‍👧e\u0301x", 3, "👨‍👩‍👧👨‍👩‍👧e\u0301…"],
  ["", 3, ""],
])("%p cut to %p characters is %p", (text, characters, short) => {
  expect(shortened(text, characters)).toBe(short);
});
