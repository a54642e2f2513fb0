import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LAST_MOMENT } from "../../src/tokens/time.ts";
import { descriptionFault, expiryFault, permits, type Status, statusAt } from "../../src/tokens/token.ts";

const NOW = 1_780_315_200;
const CONTROL = "must not have control characters, such as a newline or a tab";
const LONE = "must be well-formed Unicode, without lone surrogates";
const LONG = "must have at most 500 characters";

const STATUSES_AT: readonly [string, number | null, number | null, Status][] = [
  ["never expires", null, null, "active"],
  ["expires a second later", NOW + 1, null, "active"],
  ["expires now", NOW, null, "expired"],
  ["expired a second ago", NOW - 1, null, "expired"],
  ["was revoked", null, NOW - 1, "revoked"],
  ["was revoked before it expires", NOW + 1, NOW, "revoked"],
  ["was revoked after it expired", NOW - 2, NOW - 1, "revoked"],
  ["was revoked at a time yet to come, before the clock stepped back", null, NOW + 9, "revoked"],
];

test.each(STATUSES_AT)("a token that %s", (_, expiresAt, revokedAt, status) => {
  expect(statusAt({ expiresAt, revokedAt }, NOW)).toBe(status);
});

test("write may do everything, read may only read", () => {
  expect(permits("write", "write")).toBe(true);
  expect(permits("write", "read")).toBe(true);
  expect(permits("read", "read")).toBe(true);
  expect(permits("read", "write")).toBe(false);
});

describe("a description", () => {
  test.each([
    ["empty", "", null],
    ["plain", "CI for the shop", null],
    ["with quotes and markup", `<img src=x> "it's" \\ %_`, null],
    ["with characters of every plane", "né 東京 😀 𝔸", null],
    ["with marks that are no control characters", "a\u00a0b\u200dc\u202ed\u2028e\ufeff", null],
    ["with a replacement character", "\ufffd", null],
    ["of 500 characters that take 1000 UTF-16 units", "😀".repeat(500), null],
    ["of 501 characters that take 1002 UTF-16 units", "😀".repeat(501), LONG],
    ["of 500 letters and a combining mark", `${"a".repeat(500)}\u0301`, LONG],
    ["with a high surrogate alone", "a\ud83d", LONE],
    ["with a low surrogate alone", "\ude00b", LONE],
    ["with surrogates in the wrong order", "\ude00\ud83d", LONE],
  ])("%s", (_, text, fault) => {
    expect(descriptionFault(text)).toBe(fault);
  });

  test("has no control character, whichever it is", () => {
    for (let code = 0; code <= 0xff; code += 1) {
      const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
      expect(descriptionFault(`a${String.fromCharCode(code)}b`)).toBe(isControl ? CONTROL : null);
    }
  });

  test("of well-formed text is right up to 500 code points", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 450, maxLength: 550 }), (text) => {
        fc.pre(!/\p{Cc}/u.test(text));
        expect(descriptionFault(text)).toBe([...text].length > 500 ? LONG : null);
      }),
    );
  });
});

test.each([
  ["a second ago", NOW - 1, "must be in the future"],
  ["now", NOW, "must be in the future"],
  ["in a second", NOW + 1, null],
  ["at the last moment of all", LAST_MOMENT, null],
])("an expiry %s", (_, expiresAt, fault) => {
  expect(expiryFault(expiresAt, NOW)).toBe(fault);
});

test("an expiry after the last moment that can be written is refused", () => {
  expect(expiryFault(LAST_MOMENT + 1, NOW)).toBeString();
});
