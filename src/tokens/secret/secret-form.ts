import { fromFewBase62, toBase62 } from "./base62.ts";

/** How every secret begins. */
export const SECRET_PREFIX = "sk_live_";
/** How many digits of base 62 carry the 256 random bits. */
export const ENTROPY_DIGITS = 43;
export const CHECKSUM_DIGITS = 6;
export const SECRET_LENGTH = SECRET_PREFIX.length + ENTROPY_DIGITS + CHECKSUM_DIGITS;
export const SECRET = /^sk_live_[0-9A-Za-z]{49}$/;

/** Returns the CRC-32 of a text in UTF-8, from 0 to 2³² - 1. */
export type Crc32 = (text: string) => number;

/** The end of a secret: the CRC-32 of all that stands before it, in base 62. */
export function checksumOf(text: string, crc32: Crc32): string {
  return toBase62(BigInt(crc32(text)), CHECKSUM_DIGITS);
}

/** Whether the text has the form of a secret and its checksum fits. */
export function isWellFormed(text: string, crc32: Crc32): boolean {
  if (!SECRET.test(text)) return false;
  return fromFewBase62(text.slice(-CHECKSUM_DIGITS)) === crc32(text.slice(0, -CHECKSUM_DIGITS));
}
