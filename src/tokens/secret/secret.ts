import { numberFrom, type Random } from "../random.ts";
import { toBase62 } from "./base62.ts";
import { HINT_LENGTH } from "./hint.ts";
import {
  CHECKSUM_DIGITS,
  checksumOf,
  ENTROPY_DIGITS,
  isWellFormed,
  SECRET,
  SECRET_PREFIX,
} from "./secret-form.ts";

export { SECRET_LENGTH, SECRET_PREFIX } from "./secret-form.ts";

const ENTROPY_BYTES = 32;
/** Finds text with the form of a secret. Check it with `isSecret`. */
export const SECRET_ANYWHERE = new RegExp(SECRET.source.slice(1, -1), "g");
/** Finds text that may be a whole secret without its prefix. */
export const BARE_SECRET_ANYWHERE = new RegExp(
  `(?<![0-9A-Za-z])${SECRET.source.slice(1 + SECRET_PREFIX.length, -1)}(?![0-9A-Za-z])`,
  "g",
);

/** A new secret: `sk_live_`, 256 random bits in base 62, and a checksum over both. */
export function makeSecret(random: Random): string {
  const unchecked = SECRET_PREFIX + toBase62(numberFrom(random(ENTROPY_BYTES)), ENTROPY_DIGITS);
  return unchecked + checksumOf(unchecked, Bun.hash.crc32);
}

/** Whether the text has the form of a secret and its checksum fits: a mistyped or invented one never does. */
export function isSecret(text: string): boolean {
  return isWellFormed(text, Bun.hash.crc32);
}

/** The digits of a well-formed secret, in base 62, that carry its random bits. */
export function randomDigitsOf(secret: string): string {
  return secret.slice(SECRET_PREFIX.length, -CHECKSUM_DIGITS);
}

/** The SHA-256 of a secret, all that is stored of it: at 256 random bits no slower hash is needed. */
export function digestOf(secret: string): Uint8Array {
  const digest = new Uint8Array(32);
  Bun.SHA256.hash(secret, digest);
  return digest;
}

/** The end of the secret, which tells tokens apart in a list without giving any away. */
export function hintOf(secret: string): string {
  return secret.slice(-HINT_LENGTH);
}
