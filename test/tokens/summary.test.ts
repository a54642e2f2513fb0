import { expect, test } from "bun:test";
import { SUMMARY_DAYS } from "../../src/tokens/limits.ts";
import { summaryOf, summaryQuery, type TokenCount } from "../../src/tokens/summary.ts";
import { parseTime } from "../../src/tokens/time.ts";

const NOON = parseTime("2026-12-31T12:00:00Z") ?? 0;
const TODAY = Math.floor(NOON / 86_400);

function tokens(parts: Partial<TokenCount>): TokenCount {
  return { status: "active", access: "read", expiryDay: null, count: 1, neverUsed: 0, reused: 0, ...parts };
}

test("the query ends with the last of 90 days of UTC, today being the first", () => {
  expect(summaryQuery(NOON)).toEqual({
    now: NOON,
    until: parseTime("2027-03-31T00:00:00Z") ?? 0,
    reusedSince: parseTime("2026-12-24T12:00:00Z") ?? 0,
  });
});

test("without tokens, every number is there and is zero", () => {
  const { counts, neverUsed, expiries, reused } = summaryOf([], NOON);
  const none = { read: 0, write: 0 };
  expect(counts).toEqual({ active: none, expired: none, revoked: none });
  expect([neverUsed, reused]).toEqual([0, 0]);
  expect(expiries).toHaveLength(SUMMARY_DAYS);
  expect(expiries[0]).toEqual({ date: "2026-12-31", count: 0 });
  expect(expiries[1]).toEqual({ date: "2027-01-01", count: 0 });
  expect(expiries.at(-1)).toEqual({ date: "2027-03-30", count: 0 });
});

test("counts add up by status, access and day; only active tokens count as never used", () => {
  const { counts, neverUsed, expiries, reused } = summaryOf(
    [
      tokens({ count: 5, neverUsed: 2 }),
      tokens({ count: 3, neverUsed: 1, expiryDay: TODAY }),
      tokens({ count: 4, access: "write", expiryDay: TODAY }),
      tokens({ count: 7, access: "write", expiryDay: TODAY + 89, neverUsed: 7 }),
      tokens({ count: 11, status: "expired", neverUsed: 11, reused: 2 }),
      tokens({ count: 13, status: "revoked", access: "write", neverUsed: 13, reused: 3 }),
    ],
    NOON,
  );
  expect(counts).toEqual({
    active: { read: 8, write: 11 },
    expired: { read: 11, write: 0 },
    revoked: { read: 0, write: 13 },
  });
  expect([neverUsed, reused]).toEqual([10, 5]);
  expect(expiries[0]?.count).toBe(7);
  expect(expiries.at(-1)?.count).toBe(7);
  expect(expiries.slice(1, -1).every(({ count }) => count === 0)).toBe(true);
});
