import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { numberFrom } from "../../../src/tokens/random.ts";
import { fromBase62, toBase62 } from "../../../src/tokens/secret/base62.ts";
import { containsSecret } from "../../../src/tokens/secret/redaction.ts";
import { digestOf, hintOf, isSecret, makeSecret } from "../../../src/tokens/secret/secret.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const entropy = fc.uint8Array({ minLength: 32, maxLength: 32 });
const secret = entropy.map((bytes) => makeSecret(() => bytes));

/** Made apart from this program, by another implementation of CRC-32, base 62 and SHA-256. */
const VECTORS: readonly (readonly [name: string, bytes: Uint8Array, secret: string, digest: string])[] = [
  [
    "only zeros",
    new Uint8Array(32),
    "sk_live_00000000000000000000000000000000000000000001Vxh1Z",
    "4c61d8e42e9439459da32707051828b548129a1b9d23135fa171c73d4db8b247",
  ],
  [
    "only ones",
    new Uint8Array(32).fill(0xff),
    "sk_live_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp14Z47sr",
    "fc000b710814be083a7ed8b3c9239b1838c04124d70ebca58b718100c9e37f84",
  ],
  [
    "0 to 31",
    Uint8Array.from({ length: 32 }, (_, index) => index),
    "sk_live_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf2L6EQX",
    "0a667d1dbc48302b8dfcadffec9cd83b47bffe4ff6e4028d38675ce0caf3bc38",
  ],
];

describe("a secret", () => {
  test.each(VECTORS)("of %s is always the same", (_, bytes, secret, digest) => {
    const asked: number[] = [];
    const made = makeSecret((count) => {
      asked.push(count);
      return bytes;
    });
    expect(made).toBe(secret);
    expect(made).toHaveLength(57);
    expect(asked).toEqual([32]);
    expect(isSecret(made)).toBe(true);
    expect(digestOf(made).toHex()).toBe(digest);
    expect(hintOf(made)).toBe(secret.slice(53));
  });

  test("carries all of its 256 bits", () => {
    fc.assert(
      fc.property(entropy, (bytes) => {
        const made = makeSecret(() => bytes);
        expect(made).toMatch(/^sk_live_[0-9A-Za-z]{49}$/);
        expect(fromBase62(made.slice(8, 51))).toBe(numberFrom(bytes));
        expect(isSecret(made)).toBe(true);
      }),
    );
  });
});

describe("a mistyped secret is refused", () => {
  test("for every wrong character in every place", () => {
    for (const [, , secret] of VECTORS) {
      for (const [place, right] of [...secret].entries()) {
        for (const wrong of `${DIGITS}_-`) {
          if (wrong === right) continue;
          expect(isSecret(secret.slice(0, place) + wrong + secret.slice(place + 1))).toBe(false);
        }
      }
    }
  });

  test("for any two neighbours that change places", () => {
    fc.assert(
      fc.property(secret, fc.nat(55), (made, place) => {
        const [left = "", right = ""] = made.slice(place, place + 2);
        fc.pre(left !== right);
        expect(isSecret(made.slice(0, place) + right + left + made.slice(place + 2))).toBe(false);
      }),
    );
  });
});

const sample = VECTORS[1]?.[2] ?? "";

test.each([
  ["nothing", ""],
  ["the prefix alone", "sk_live_"],
  ["another prefix", sample.replace("sk_live_", "sk_test_")],
  ["a prefix in capitals", sample.replace("sk_live_", "SK_LIVE_")],
  ["no prefix", sample.slice(8)],
  ["one character less", sample.slice(0, -1)],
  ["one character more", `${sample}0`],
  ["a space before", ` ${sample}`],
  ["a space behind", `${sample} `],
  ["a line break behind", `${sample}\n`],
  ["a character that is no digit", sample.replace("yhj", "yh-")],
  ["a digit of another script", sample.replace("6", "６")],
  ["the right form and no checksum", `sk_live_${"0".repeat(49)}`],
])("no secret: %s", (_, text) => {
  expect(isSecret(text)).toBe(false);
});

/** The text with the checksum that fits it. */
function checked(text: string): string {
  return text + toBase62(BigInt(Bun.hash.crc32(text)), 6);
}

test.each([
  ["a secret with its own checksum", `sk_live_${"a".repeat(43)}`, true],
  ["another prefix", `sk_test_${"a".repeat(43)}`, false],
  ["no prefix", "a".repeat(51), false],
  ["one digit less", `sk_live_${"a".repeat(42)}`, false],
  ["one digit more", `sk_live_${"a".repeat(44)}`, false],
  ["a whole secret more", `sk_live_${"a".repeat(43)}`.repeat(2), false],
  ["a character that is no digit", `sk_live_${"a".repeat(42)}-`, false],
  ["a space before", ` sk_live_${"a".repeat(43)}`, false],
])("a checksum that fits is not enough: %s", (_, text, expected) => {
  expect(isSecret(checked(text))).toBe(expected);
});

test.each([
  ["encoded once", sample.replaceAll("_", "%5f")],
  ["encoded twice", sample.replaceAll("_", "%255F")],
  ["encoded many times", sample.replaceAll("_", `%${"25".repeat(4000)}5f`)],
  ["a digit of an escape encoded", sample.replaceAll("_", "%%35f")],
  ["both digits of an escape encoded", sample.replaceAll("_", "%%35%66")],
  ["every character encoded", [...sample].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("")],
])("a secret is found in text: %s", (_, text) => {
  expect(containsSecret(`a ${text} b`)).toBe(true);
});

test("no text takes long to be searched for a secret", () => {
  const startedAt = performance.now();
  for (const text of [`%${"25".repeat(500_000)}`, "%".repeat(1_000_000), "sk_live_".repeat(120_000)])
    expect(containsSecret(text)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});
