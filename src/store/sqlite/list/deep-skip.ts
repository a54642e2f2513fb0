import type { Position } from "../../../tokens/listing/listing.ts";
import { PositionSample } from "./position-sample.ts";

/** Positions behind `low`, up to and including `high`. Null is an open end. */
export interface PositionRange {
  readonly low: Position | null;
  readonly high: Position | null;
}

/** Calls a function with the position of every row of a list, in any sequence. Gives the same rows each time. */
export type EachPosition = (take: (position: Position) => void) => Promise<void>;

type Compare = (one: Position, other: Position) => number;

/**
 * Returns the position of the row with that number in the order, counted from 1; null where there are fewer rows. Sorts
 * only a sample of the rows: each pass over all rows narrows the range of the position, until the range fits into a
 * sample. That takes a few passes.
 */
export async function positionOfNumber(
  number: number,
  eachPosition: EachPosition,
  compare: Compare,
): Promise<Position | null> {
  let known: PositionRange = { low: null, high: null };
  /** The number of rows before `known`. */
  let before = 0;
  let guess = known;
  for (;;) {
    const { below, inside } = await counted(guess, known, eachPosition, compare);
    const wanted = number - before - below;
    if (wanted <= 0) guess = known = { low: known.low, high: guess.low };
    else if (wanted > inside.count) {
      if (guess.high === null) return null;
      before += below + inside.count;
      guess = known = { low: guess.high, high: known.high };
    } else {
      const positions = inside.sorted(compare);
      if (inside.isWhole) return positions[wanted - 1] ?? null;
      before += below;
      known = guess;
      guess = narrower(known, positions, wanted / inside.count);
    }
  }
}

/** Samples the rows of a guessed range, and counts those of the known range that come before it. */
async function counted(
  guess: PositionRange,
  known: PositionRange,
  eachPosition: EachPosition,
  compare: Compare,
): Promise<{ readonly below: number; readonly inside: PositionSample }> {
  let below = 0;
  const inside = new PositionSample();
  await eachPosition((position) => {
    if (isIn(guess, position, compare)) inside.offer(position);
    else if (isIn({ low: known.low, high: guess.low }, position, compare) && guess.low !== null) below += 1;
  });
  return { below, inside };
}

function isIn({ low, high }: PositionRange, position: Position, compare: Compare): boolean {
  return (low === null || compare(position, low) > 0) && (high === null || compare(position, high) <= 0);
}

/** The likely range of a position with this share of the rows before it: four standard deviations to both sides. */
function narrower(
  { low, high }: PositionRange,
  positions: readonly Position[],
  share: number,
): PositionRange {
  const index = Math.floor(share * positions.length);
  const margin = 2 * Math.ceil(Math.sqrt(positions.length));
  return { low: positions[index - margin] ?? low, high: positions[index + margin] ?? high };
}
