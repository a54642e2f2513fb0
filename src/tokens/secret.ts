import { toBase62 } from "./base62.ts";
import { numberFrom, type Random } from "./random.ts";

/** How every secret begins. */
export const SECRET_PREFIX = "sk_live_";
const ENTROPY_BYTES = 32;
const ENTROPY_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const HINT_LENGTH = 4;
const SECRET_LENGTH = SECRET_PREFIX.length + ENTROPY_DIGITS + CHECKSUM_DIGITS;
const FORM = /^sk_live_[0-9A-Za-z]{49}$/;

/** A new secret: `sk_live_`, 256 random bits in base 62, and a checksum over both. */
export function makeSecret(random: Random): string {
  const unchecked = SECRET_PREFIX + toBase62(numberFrom(random(ENTROPY_BYTES)), ENTROPY_DIGITS);
  return unchecked + checksum(unchecked);
}

/** Whether the text has the form of a secret and its checksum fits: a mistyped or invented one never does. */
export function isSecret(text: string): boolean {
  return FORM.test(text) && checksum(text.slice(0, -CHECKSUM_DIGITS)) === text.slice(-CHECKSUM_DIGITS);
}

/** Anything that could be put between the characters of a secret. */
const NOT_OF_A_SECRET = /[^0-9A-Za-z_]/g;

/**
 * Whether a secret stands anywhere in the text: also percent-encoded, in compatibility forms such as fullwidth letters,
 * or with spaces, hyphens or invisible characters in it. The checksum makes a false alarm practically impossible.
 */
export function containsSecret(text: string): boolean {
  const plain = percentDecoded(text).normalize("NFKC").replaceAll(NOT_OF_A_SECRET, "");
  const starts = [...plain.matchAll(new RegExp(SECRET_PREFIX, "g"))].map(({ index }) => index);
  return starts.some((start) => isSecret(plain.slice(start, start + SECRET_LENGTH)));
}

/** What stands behind the `%` of a percent-encoded character of ASCII. */
const ASCII_IN_HEX = /^[0-7][0-9A-Fa-f]$/;

/** The text with every percent-encoded byte of ASCII decoded, also where that was encoded again. Takes linear time. */
function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  const decoded: string[] = [];
  for (const character of text) {
    decoded.push(character);
    while (decoded.at(-3) === "%") {
      const hex = `${decoded.at(-2)}${decoded.at(-1)}`;
      if (!ASCII_IN_HEX.test(hex)) break;
      decoded.splice(-3, 3, String.fromCharCode(Number.parseInt(hex, 16)));
    }
  }
  return decoded.join("");
}

/** The digits of a well-formed secret, in base 62, that carry its random bits. */
export function randomDigitsOf(secret: string): string {
  return secret.slice(SECRET_PREFIX.length, -CHECKSUM_DIGITS);
}

/** The SHA-256 of a secret, all that is kept of it: at 256 random bits no slower hash is needed. */
export function digestOf(secret: string): Uint8Array {
  const digest = new Uint8Array(32);
  Bun.SHA256.hash(secret, digest);
  return digest;
}

/** The end of the secret, which tells tokens apart in a list without giving any away. */
export function hintOf(secret: string): string {
  return secret.slice(-HINT_LENGTH);
}

function checksum(text: string): string {
  return toBase62(BigInt(Bun.hash.crc32(text)), CHECKSUM_DIGITS);
}
