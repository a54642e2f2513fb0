import { fromBase62 } from "./base62.ts";
import { generalPredictions, oneFrom, type Predict } from "./prediction.ts";
import { randomDigitsOf } from "./secret.ts";
import { symbolOf, TYPED_PREDICTIONS } from "./typed-text.ts";

/** A way to look at the same 256 bits: as a row of symbols, each of which is predicted from those before. */
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

/** How many of the 256 bits must be predictable before a secret is refused. */
export const PREDICTABLE_BITS = 34;

/**
 * Whether a well-formed secret can have been made of 256 random bits, so that nobody guesses it. It was not if its
 * digits stand for a number of more than 256 bits, or if they can be predicted: few different digits or bytes,
 * repeated blocks, runs such as 0123456789 or qwertyuiop, words, text as bytes.
 *
 * A random secret is refused once in 5 × 10⁹ times at most. For each of the three views, the predictions make one
 * probability distribution of all secrets, and a secret is refused if that gives it 2³⁴ times the probability that
 * chance does. As probabilities come to 1, at most one in 2³⁴ of all secrets can be that likely. (For the view in
 * base 62 it is 2% more, since not every row of 43 digits is a secret.)
 */
export function isHardToGuess(secret: string): boolean {
  const digits = randomDigitsOf(secret);
  const value = fromBase62(digits);
  if (value >= 1n << 256n) return false;
  const hex = value.toString(16).padStart(64, "0");
  return VIEWS.every((view) => predictableBits(view, view.symbolsOf(digits, hex)) < PREDICTABLE_BITS);
}

/** How much of a prediction's weight is shared out after each symbol: the next part may follow another rule. */
const FORGET = 0.02;

/** How many bits fewer than chance the predictions need for the symbols, weighted by how good each was so far. */
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
