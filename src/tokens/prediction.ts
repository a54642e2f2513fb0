/** Tells how likely a symbol, a number below some size, is behind others. For all symbols together that makes 1. */
export type Predict = (before: readonly number[], next: number) => number;

/** How sure a prediction is that names few symbols. */
const SURE = 0.9;

/** The predictions that fit rows of any symbols, of which there are `size`. */
export function generalPredictions(size: number): readonly Predict[] {
  return [() => 1 / size, oftenSeen(size), oneOf(size, sameStep), oneOf(size, sameBefore)];
}

/** What was there often comes again. */
function oftenSeen(size: number): Predict {
  return (before, next) => {
    const seen = before.filter((symbol) => symbol === next).length;
    return (seen + 0.25) / (before.length + size * 0.25);
  };
}

/** One of these comes next, and anything else hardly. */
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

/** As in 0123 or 8642. */
function sameStep(before: readonly number[], size: number): number | null {
  const [last, lastButOne] = [before.at(-1), before.at(-2)];
  if (last === undefined || lastButOne === undefined) return null;
  return (2 * last - lastButOne + size) % size;
}

/** What followed the last symbols, as many of them as possible, when they were there before. */
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
