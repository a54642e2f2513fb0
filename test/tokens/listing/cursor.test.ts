import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type CursorScope, decodeCursor, encodeCursor } from "../../../src/tokens/listing/cursor.ts";
import type { Condition, Position, Sort } from "../../../src/tokens/listing/listing.ts";
import { compiled } from "../../support/compiled-pattern.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(7, 1);
const SORTS: readonly Sort[] = [{ key: "expires_at", direction: "desc" }];
const POSITION: Position = [1_780_315_200, "atok_0123456789ABCDEFabcdef"];

function matching(pattern: string, caseInsensitive = false): CursorScope {
  const condition: Condition = {
    op: "regex",
    key: "description",
    pattern: compiled(pattern, caseInsensitive),
  };
  return { resource: "api-token", conditions: [condition], sorts: SORTS };
}

const first: Condition = { op: "eq", key: "access", value: "read" };
const SCOPE: CursorScope = { resource: "api-token", conditions: [first], sorts: SORTS };
const CURSOR = encodeCursor(POSITION, SCOPE, KEY);

test("a cursor gives back the position that it was made of", () => {
  const value = fc.oneof(fc.constant(null), fc.nat(), fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), (position) => {
      const cursor = encodeCursor(position, SCOPE, KEY);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(decodeCursor(cursor, SCOPE, KEY)).toEqual(position);
    }),
  );
});

describe("a cursor that was altered is refused", () => {
  test("in any one character", () => {
    for (const [place, right] of [...CURSOR].entries()) {
      for (const wrong of ALPHABET) {
        if (wrong === right) continue;
        const altered = CURSOR.slice(0, place) + wrong + CURSOR.slice(place + 1);
        expect(decodeCursor(altered, SCOPE, KEY)).toBeNull();
      }
    }
  });

  test("in length", () => {
    for (let length = 0; length < CURSOR.length; length += 1) {
      expect(decodeCursor(CURSOR.slice(0, length), SCOPE, KEY)).toBeNull();
      expect(decodeCursor(CURSOR.slice(length + 1), SCOPE, KEY)).toBeNull();
    }
    for (const more of ALPHABET) expect(decodeCursor(CURSOR + more, SCOPE, KEY)).toBeNull();
  });
});

test("a cursor has one spelling", () => {
  for (const length of [1, 2, 3]) {
    const cursor = encodeCursor(["a".repeat(length)], SCOPE, KEY);
    expect(decodeCursor(cursor, SCOPE, KEY)).toEqual(["a".repeat(length)]);
    const cut = `${cursor.slice(0, 9)} ${cursor.slice(9)}`;
    for (const spelling of [`${cursor}=`, ` ${cursor}`, `${cursor}\n`, `${cursor}.`, cut])
      expect(decodeCursor(spelling, SCOPE, KEY)).toBeNull();
    const padded = Buffer.from(cursor, "base64url").toString("base64");
    if (padded !== cursor) expect(decodeCursor(padded, SCOPE, KEY)).toBeNull();
  }
});

test.each([
  ["empty", ""],
  ["no base64", "!"],
  ["a seal alone", Buffer.alloc(16).toString("base64url")],
  ["an invented one", Buffer.from(`${"\0".repeat(16)}["atok_0"]`).toString("base64url")],
  ["an unsealed one", Buffer.from('["atok_0"]').toString("base64url")],
])("no cursor: %s", (_, text) => {
  expect(decodeCursor(text, SCOPE, KEY)).toBeNull();
});

const second: Condition = { op: "exists", key: "expires_at", value: true };

const both = (op: "and" | "or") => ({ ...SCOPE, conditions: [{ op, conditions: [first, second] }] });

const OTHER_SCOPES: readonly [string, CursorScope, CursorScope][] = [
  ["another resource", SCOPE, { ...SCOPE, resource: "audit-event" }],
  ["no condition", SCOPE, { ...SCOPE, conditions: [] }],
  ["another value", SCOPE, { ...SCOPE, conditions: [{ op: "eq", key: "access", value: "write" }] }],
  ["another operator", SCOPE, { ...SCOPE, conditions: [{ op: "in", key: "access", values: ["read"] }] }],
  ["another key", SCOPE, { ...SCOPE, conditions: [{ op: "eq", key: "description", value: "read" }] }],
  ["one more condition", SCOPE, { ...SCOPE, conditions: [first, second] }],
  ["or for and", both("and"), both("or")],
  ["another pattern", matching("a"), matching("b")],
  ["a pattern with other regard to case", matching("a"), matching("a", true)],
  ["another direction", SCOPE, { ...SCOPE, sorts: [{ key: "expires_at", direction: "asc" }] }],
  ["another sort", SCOPE, { ...SCOPE, sorts: [{ key: "revoked_at", direction: "desc" }] }],
  ["one more sort", SCOPE, { ...SCOPE, sorts: [...SORTS, { key: "access", direction: "asc" }] }],
  ["no sort", SCOPE, { ...SCOPE, sorts: [] }],
];

test.each(OTHER_SCOPES)("a cursor is refused with %s", (_, made, used) => {
  const cursor = encodeCursor(POSITION, made, KEY);
  expect(decodeCursor(cursor, made, KEY)).toEqual(POSITION);
  expect(decodeCursor(cursor, used, KEY)).toBeNull();
});

test("a cursor of another store is refused", () => {
  expect(decodeCursor(CURSOR, SCOPE, OTHER_KEY)).toBeNull();
});

test("a cursor is taken with the same pattern, compiled again", () => {
  const cursor = encodeCursor(POSITION, matching("a+", true), KEY);
  expect(decodeCursor(cursor, matching("a+", true), KEY)).toEqual(POSITION);
});
