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
import {
  OVERLAP_DEFAULT_SECONDS,
  OVERLAP_MAX_SECONDS,
  replaced,
  successorExpiry,
} from "../../../src/tokens/rotation-rules.ts";
import { formatTime, LAST_MOMENT } from "../../../src/tokens/time.ts";
import { tokenOf } from "../../support/new-token.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z") / 1000;

test("what is offered is within what the server takes, and its choice is the server's", () => {
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

test("what is said of the old and of the new secret is what the server makes of them", () => {
  const time = fc.integer({ min: NOW - 1e7, max: NOW });
  const lifetime = fc.option(fc.oneof(fc.integer({ min: 1, max: 1e8 }), fc.constant(LAST_MOMENT - NOW)));
  const overlap = fc.integer({ min: 1, max: OVERLAP_MAX_SECONDS });
  fc.assert(
    fc.property(time, lifetime, overlap, (createdAt, seconds, overlapSeconds) => {
      const expiresAt = seconds === null ? null : NOW + seconds;
      const token = tokenOf("atok_1", { createdAt, expiresAt });
      const request = { overlapSeconds, expiresAt: undefined };
      const told = { created_at: formatTime(createdAt), expires_at: timeOrNull(expiresAt) };
      const end = replaced(token, "atok_2", request, NOW).expiresAt ?? 0;
      expect(oldSecretSentence(told, overlapSeconds, NOW * 1000)).toContain(exactTime(formatTime(end)));
      const next = successorExpiry(token, request, NOW);
      expect(sameLifetimeSentence(told, NOW * 1000)).toContain(
        next === null ? "does not end" : exactTime(formatTime(next)),
      );
    }),
  );
});

test("an overlap of nothing is told as what it is", () => {
  expect(oldSecretSentence({ expires_at: null }, 0, 0)).toContain("is revoked at once and for good");
  expect(rotatedSentence({ expires_at: null }, 0, 0)).toContain("was revoked");
});

test("a replaced token is told to work for as long as it does, also where its end was taken away", () => {
  const end = "2026-06-01T12:00:00Z";
  expect(replacedSentence({ status: "active", expires_at: end })).toContain(`works until ${exactTime(end)}`);
  expect(replacedSentence({ status: "active", expires_at: null })).toContain("works until it is revoked");
  expect(replacedSentence({ status: "expired", expires_at: end })).toContain("does not work any more");
  expect(replacedSentence({ status: "revoked", expires_at: null })).toContain("does not work any more");
});

test("only an active token that was not replaced can be rotated", () => {
  expect(isRotatable({ status: "active", replaced_by: null })).toBe(true);
  expect(isRotatable({ status: "active", replaced_by: "atok_2" })).toBe(false);
  expect(isRotatable({ status: "expired", replaced_by: null })).toBe(false);
  expect(isRotatable({ status: "revoked", replaced_by: null })).toBe(false);
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
