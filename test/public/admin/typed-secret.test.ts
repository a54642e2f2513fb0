import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { crc32 } from "../../../public/admin/session/crc32.ts";
import { secretFault, secretIn } from "../../../public/admin/session/typed-secret.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";

const SECRET = makeSecret(() => new Uint8Array(32).fill(7));

test("the checksum is the one that the server computes", () => {
  fc.assert(fc.property(fc.string(), (text) => crc32(text) === Bun.hash.crc32(text)));
  expect(crc32("123456789")).toBe(0xcbf43926);
});

describe("a secret is found in", () => {
  test.each([
    SECRET,
    `  ${SECRET}\n`,
    `Bearer ${SECRET}`,
    `bearer ${SECRET}`,
    `Authorization: Bearer ${SECRET}`,
    `"${SECRET}"`,
    `'Bearer ${SECRET}'`,
    `“${SECRET}”`,
    `\`${SECRET}\``,
    `${SECRET.slice(0, 30)}\n${SECRET.slice(30)}`,
  ])("%j", (typed) => {
    expect(secretIn(typed)).toBe(SECRET);
    expect(secretFault(secretIn(typed))).toBeNull();
  });
});

/** The secret with its last digit replaced by another. */
const WRONG = SECRET.slice(0, -1) + (SECRET.endsWith("0") ? "1" : "0");

describe("a fault is found in", () => {
  test.each([
    [SECRET.slice(0, 40), "This token is incomplete: it has 40 of 57 characters. Copy all of it."],
    [SECRET.slice(0, -1), "This token is incomplete: it has 56 of 57 characters. Copy all of it."],
    [
      `${SECRET}x`,
      "This is longer than a token: it has 58 characters, and a token has 57. Copy the token alone.",
    ],
    [WRONG, "This token has a wrong character: its checksum does not fit. Copy it again."],
    [
      `sk_live_-${SECRET.slice(9)}`,
      "This token has a wrong character: its checksum does not fit. Copy it again.",
    ],
    ["password", "This is not an API token. An API token begins with sk_live_."],
    ["sk_live_…VamC", "This is a token's hint, not the token."],
  ])("%s", (typed, words) => {
    expect(secretFault(secretIn(typed))).toBe(words);
  });

  test("any secret with one other character", () => {
    const changed = fc.tuple(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.nat({ max: 48 }),
      fc.constantFrom(..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    );
    fc.assert(
      fc.property(changed, ([bytes, index, digit]) => {
        const secret = makeSecret(() => bytes);
        const at = 8 + index;
        fc.pre(secret[at] !== digit);
        return secretFault(secret.slice(0, at) + digit + secret.slice(at + 1)) !== null;
      }),
    );
  });
});
