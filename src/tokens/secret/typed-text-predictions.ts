import { fromBase62 } from "./base62.ts";
import { oneFrom, type Predict } from "./prediction.ts";

const SIZE = 62;
const DIGITS = 10;
const LETTERS = 26;

/** Parts of the alphabet that people and programs restrict themselves to. */
const ALPHABETS = [
  "0123456789abcdef",
  "0123456789ABCDEF",
  "abcdefghijklmnopqrstuvwxyz",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
];

/** Predictions for base 62 digits that a person typed. */
export const TYPED_PREDICTIONS: readonly Predict[] = [
  ...ALPHABETS.map((alphabet) => oneFrom(new Set(Array.from(alphabet, symbolOf)), SIZE)),
  words,
  beside,
];

export function symbolOf(digit: string): number {
  return Number(fromBase62(digit));
}

/** How often each letter from a to z is in a thousand of English text. */
const LETTER_COUNTS = [
  ...[82, 15, 28, 43, 127, 22, 20, 61, 70, 2, 8, 40, 24],
  ...[67, 75, 19, 1, 60, 63, 91, 28, 10, 24, 2, 20, 1],
];
const VOWELS = "aeiou";

/** In words and numbers without spaces, the probability of a digit, a capital and a small letter behind each of them. */
const KINDS_BEHIND: readonly (readonly number[])[] = [
  [0.7, 0.15, 0.15],
  [0.05, 0.35, 0.6],
  [0.06, 0.12, 0.82],
];

/** English words and numbers without spaces; a vowel is likely behind a consonant. */
function words(before: readonly number[], next: number): number {
  const last = before.at(-1);
  const kind = kindOf(next);
  const kindLikely = last === undefined ? 1 / 3 : (KINDS_BEHIND[kindOf(last)]?.[kind] ?? 0);
  if (kind === 0) return kindLikely / DIGITS;
  const vowelLikely = last === undefined || kindOf(last) === 0 ? 0.4 : isVowel(last) ? 0.15 : 0.52;
  const alike = LETTER_COUNTS.filter((_, letter) => isVowel(DIGITS + letter) === isVowel(next));
  const letterLikely = (LETTER_COUNTS[letterOf(next)] ?? 0) / alike.reduce((sum, count) => sum + count);
  return kindLikely * (isVowel(next) ? vowelLikely : 1 - vowelLikely) * letterLikely;
}

/** Whether a symbol is a digit (0), a capital (1) or a small letter (2). */
function kindOf(symbol: number): number {
  if (symbol < DIGITS) return 0;
  return symbol < DIGITS + LETTERS ? 1 : 2;
}

function letterOf(symbol: number): number {
  return (symbol - DIGITS) % LETTERS;
}

function isVowel(symbol: number): boolean {
  return VOWELS.includes(keyOf(symbol));
}

/** The key that a symbol is typed with. */
function keyOf(symbol: number): string {
  return symbol < DIGITS ? String(symbol) : String.fromCharCode(0x61 + letterOf(symbol));
}

/** The alphabet, and the rows and columns of keyboards. */
const ORDERS = [
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  ...["0123456789", "abcdefghijklmnopqrstuvwxyz"],
  ...["qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm"],
];

const SYMBOLS = Array.from({ length: SIZE }, (_, symbol) => symbol);

/** For each symbol, a prediction of those on the same key or on one beside it in some order. */
const BESIDE = SYMBOLS.map((symbol) => {
  const key = keyOf(symbol);
  const keys = ORDERS.filter((order) => order.includes(key)).flatMap((order) => {
    const place = order.indexOf(key);
    return [key, order[place - 1], order[place + 1]];
  });
  return oneFrom(new Set(SYMBOLS.filter((other) => keys.includes(keyOf(other)))), SIZE);
});

/** Neighbours in the alphabet or on a keyboard, in any case. */
function beside(before: readonly number[], next: number): number {
  return BESIDE[before.at(-1) ?? -1]?.(before, next) ?? 1 / SIZE;
}
