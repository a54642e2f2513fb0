const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * A number in base 62, padded on the left with `0`. The digits stand in ASCII order, so that strings of one
 * width sort as their numbers do. Throws a RangeError when the number does not fit.
 */
export function toBase62(value: bigint, width: number): string {
  let digits = "";
  for (let rest = value; rest > 0n; rest /= 62n) digits = DIGITS.charAt(Number(rest % 62n)) + digits;
  if (digits.length > width) throw new RangeError(`${value} has more than ${width} digits in base 62`);
  return digits.padStart(width, "0");
}

/** The number behind `digits`, which must all be of `0-9A-Za-z`. */
export function fromBase62(digits: string): bigint {
  let value = 0n;
  for (const digit of digits) value = value * 62n + BigInt(DIGITS.indexOf(digit));
  return value;
}

/** The values of the digits by their character code. */
const VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(DIGITS.indexOf(String.fromCharCode(code)), 0),
);

/** The same for at most 8 digits, whose numbers are exact without a bigint: much faster, for the check of every secret. */
export function fromFewBase62(digits: string): number {
  let value = 0;
  for (let index = 0; index < digits.length; index += 1)
    value = value * 62 + (VALUES[digits.charCodeAt(index)] ?? 0);
  return value;
}
