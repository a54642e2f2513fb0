import { fromBase62 } from "./base62.ts";
import { generalPredictions, oneFrom, type Predict } from "./prediction.ts";
import { randomDigitsOf } from "./secret.ts";
import { symbolOf, TYPED_PREDICTIONS } from "./typed-text-predictions.ts";

/** The 256 bits of a secret as a row of symbols, each of which is predicted from those before it. */
interface View {
  /** How many different symbols there are. */
  readonly size: number;
  readonly predictions: readonly Predict[];
  readonly symbolsOf: (digits: string, hex: string) => readonly number[];
}

/** The bytes of text in ASCII. */
const PRINTABLE = new Set(Array.from({ length: 0x7f - 0x20 }, (_, place) => 0x20 + place));

export const VIEWS: readonly View[] = [
  {
    size: 62,
    predictions: [...generalPredictions(62), ...TYPED_PREDICTIONS],
    symbolsOf: (digits) => Array.from(digits, symbolOf),
  },
  {
    size: 256,
    predictions: [...generalPredictions(256), oneFrom(PRINTABLE, 256)],
    symbolsOf: (_, hex) => [...Uint8Array.fromHex(hex)],
  },
  {
    size: 16,
    predictions: generalPredictions(16),
    symbolsOf: (_, hex) => Array.from(hex, (digit) => Number.parseInt(digit, 16)),
  },
];

/** A secret is refused if this many of its 256 bits can be predicted. */
export const PREDICTABLE_BITS = 34;

/**
 * Whether a well-formed secret can consist of 256 random bits, so that nobody can guess it. It does not if its digits
 * make a number of more than 256 bits, or if they can be predicted: few different digits or bytes, repeated blocks, runs
 * such as 0123456789 or qwertyuiop, words, text as bytes.
 *
 * The probability that a random secret is refused is below 2 × 10⁻¹⁰. In each of the three views, the predictions are
 * one probability distribution over all rows of symbols. A secret is refused if this distribution gives it 2³⁴ times the
 * probability that it has by chance. Probabilities add up to 1, so at most one in 2³⁴ rows can be that likely. (In base
 * 62 it is 2% more, since not every row of 43 digits is a secret.)
 */
export function isHardToGuess(secret: string): boolean {
  const digits = randomDigitsOf(secret);
  const value = fromBase62(digits);
  if (value >= 1n << 256n) return false;
  const hex = value.toString(16).padStart(64, "0");
  return VIEWS.every((view) => predictableBits(view, view.symbolsOf(digits, hex)) < PREDICTABLE_BITS);
}

/** The part of the weight that all predictions share again after each symbol: the next part may follow another rule. */
const FORGET = 0.02;

/** How many bits of the symbols can be predicted. Each prediction weighs as much as it was right so far. */
function predictableBits({ size, predictions }: View, symbols: readonly number[]): number {
  const share = 1 / predictions.length;
  let weights = predictions.map(() => share);
  let bits = 0;
  for (const [place, next] of symbols.entries()) {
    const before = symbols.slice(0, place);
    const likely = predictions.map((predict, index) => (weights[index] ?? 0) * predict(before, next));
    const probability = likely.reduce((sum, each) => sum + each);
    bits += Math.log2(probability * size);
    weights = likely.map((each) => (1 - FORGET) * (each / probability) + FORGET * share);
  }
  return bits;
}
