import { expect, test } from "bun:test";
import fc from "fast-check";
import { exactTime } from "../../../public/admin/app/format.ts";
import {
  FIRST_OVERLAP,
  isRotatable,
  mostOf,
  OVERLAP_UNITS,
  OVERLAPS,
  oldSecretSentence,
  overlapSeconds,
  replacedSentence,
  rotatedSentence,
  sameLifetimeSentence,
  withOwn,
} from "../../../public/admin/dialogs/rotation.ts";
import { OVERLAP_DEFAULT_SECONDS, OVERLAP_MAX_SECONDS } from "../../../src/tokens/limits.ts";
import { replaced, successorExpiry } from "../../../src/tokens/rotation-rules.ts";
import { formatTime, LAST_MOMENT } from "../../../src/tokens/time.ts";
import { tokenOf } from "../../support/new-token.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z") / 1000;

test("the page offers the overlaps that the server takes, and its default", () => {
  expect(overlapSeconds(FIRST_OVERLAP)).toBe(OVERLAP_DEFAULT_SECONDS);
  expect(Math.max(...OVERLAPS.map(([, seconds]) => seconds))).toBe(OVERLAP_MAX_SECONDS);
  for (const unit of OVERLAP_UNITS)
    expect(overlapSeconds({ way: "own", count: String(mostOf(unit)), unit })).toBe(OVERLAP_MAX_SECONDS);
});

test.each([
  ["90", "minutes", 5400],
  ["1", "hours", 3600],
  ["30", "days", 2_592_000],
  ["31", "days", null],
  ["0", "days", null],
  ["-1", "days", null],
  ["1.5", "hours", null],
  ["", "hours", null],
] as const)("%p %s are %p seconds", (count, unit, seconds) => {
  expect(overlapSeconds({ way: "own", count, unit })).toBe(seconds);
});

test("the ends that the page names are those that the server sets", () => {
  const time = fc.integer({ min: NOW - 1e7, max: NOW });
  const lifetime = fc.option(fc.oneof(fc.integer({ min: 1, max: 1e8 }), fc.constant(LAST_MOMENT - NOW)));
  const overlap = fc.integer({ min: 1, max: OVERLAP_MAX_SECONDS });
  fc.assert(
    fc.property(time, lifetime, overlap, (createdAt, seconds, overlapSeconds) => {
      const expiresAt = seconds === null ? null : NOW + seconds;
      const token = tokenOf("atok_1", { createdAt, expiresAt });
      const request = { overlapSeconds, expiresAt: undefined };
      const times = { created_at: formatTime(createdAt), expires_at: timeOrNull(expiresAt) };
      const end = replaced(token, "atok_2", request, NOW).expiresAt ?? 0;
      expect(oldSecretSentence(times, overlapSeconds, NOW * 1000)).toContain(exactTime(formatTime(end)));
      const next = successorExpiry(token, request, NOW);
      expect(sameLifetimeSentence(times, NOW * 1000)).toContain(
        next === null ? "does not end" : exactTime(formatTime(next)),
      );
    }),
  );
});

test("without an overlap the old secret is revoked at once", () => {
  expect(oldSecretSentence({ expires_at: null }, 0, 0)).toContain("is revoked at once and for good");
  expect(rotatedSentence({ expires_at: null }, 0, 0)).toContain("was revoked");
});

const END = "2026-06-01T12:00:00Z";

test.each([
  ["active", END, `works until ${exactTime(END)}`],
  ["active", null, "works until it is revoked"],
  ["expired", END, "does not work any more"],
  ["revoked", null, "does not work any more"],
] as const)("a replaced token that is %s and ends at %p %s", (status, expires_at, words) => {
  expect(replacedSentence({ status, expires_at })).toContain(words);
});

test.each([
  ["active", null, true],
  ["active", "atok_2", false],
  ["expired", null, false],
  ["revoked", null, false],
] as const)("a token that is %s and replaced by %p can be rotated: %p", (status, replaced_by, expected) => {
  expect(isRotatable({ status, replaced_by })).toBe(expected);
});

test("a new count and a new unit are both kept, and a preset stays as it is", () => {
  const own = { way: "own", count: "12", unit: "hours" } as const;
  const changed = withOwn(withOwn(own, { count: "5" }), { unit: "days" });
  expect(changed).toEqual({ way: "own", count: "5", unit: "days" });
  expect(withOwn(FIRST_OVERLAP, { count: "5" })).toEqual(FIRST_OVERLAP);
});

function timeOrNull(time: number | null): string | null {
  return time === null ? null : formatTime(time);
}
