/** The probability that a symbol, a number below some size, comes next. Over all symbols it adds up to 1. */
export type Predict = (before: readonly number[], next: number) => number;

/** The probability of the symbols that a prediction names. */
const SURE = 0.9;

/** Predictions for rows of any symbols, of which there are `size`. */
export function generalPredictions(size: number): readonly Predict[] {
  return [
    () => 1 / size,
    oftenSeen(size),
    oneOf(size, sameStep),
    oneOf(size, sameStepOfTwoRuns),
    oneOf(size, sameBefore),
  ];
}

/** A symbol that came often comes again. */
function oftenSeen(size: number): Predict {
  return (before, next) => {
    const seen = before.filter((symbol) => symbol === next).length;
    return (seen + 0.25) / (before.length + size * 0.25);
  };
}

/** One of these symbols comes next. */
export function oneFrom(symbols: ReadonlySet<number>, size: number): Predict {
  return (_, next) =>
    symbols.has(next) ? SURE / symbols.size : (1 - SURE) / Math.max(size - symbols.size, 1);
}

function oneOf(size: number, name: (before: readonly number[], size: number) => number | null): Predict {
  return (before, next) => {
    const expected = name(before, size);
    return expected === null ? 1 / size : oneFrom(new Set([expected]), size)(before, next);
  };
}

/** The step between the last two symbols is repeated, as in 0123 or 8642. */
function sameStep(before: readonly number[], size: number): number | null {
  const [last, lastButOne] = [before.at(-1), before.at(-2)];
  if (last === undefined || lastButOne === undefined) return null;
  return (2 * last - lastButOne + size) % size;
}

/** The step of two runs that take turns is repeated, as in a1b2c3. */
function sameStepOfTwoRuns(before: readonly number[], size: number): number | null {
  return sameStep(
    before.filter((_, place) => (before.length - place) % 2 === 0),
    size,
  );
}

/** The symbol that followed the longest earlier occurrence of the last symbols. */
function sameBefore(before: readonly number[]): number | null {
  let longest = 0;
  let expected: number | null = null;
  for (let place = before.length - 1; place > 0; place -= 1) {
    let length = 0;
    while (length < place && before[place - 1 - length] === before[before.length - 1 - length]) length += 1;
    if (length > longest) [longest, expected] = [length, before[place] ?? null];
  }
  return expected;
}
