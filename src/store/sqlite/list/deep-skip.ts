import type { Position } from "../../../tokens/listing/listing.ts";
import { PlaceSample } from "./place-sample.ts";

/** Places behind `low`, up to and with `high`; null where that end is open. */
export interface PlaceRange {
  readonly low: Position | null;
  readonly high: Position | null;
}

/** Gives a function the place of every row of a list, in any sequence, and the same rows each time. */
export type EachPlace = (take: (place: Position) => void) => Promise<void>;

type Compare = (one: Position, other: Position) => number;

/**
 * The place of the row with that number in the order of places, of which the first is number 1; null where there are
 * fewer. Sorts no more than a sample of the rows, however many there are: each pass over them narrows the range in
 * which the place lies, until the range fits into a sample. A few passes do.
 */
export async function placeOfNumber(
  number: number,
  eachPlace: EachPlace,
  compare: Compare,
): Promise<Position | null> {
  let known: PlaceRange = { low: null, high: null };
  /** How many rows lie before `known`. */
  let before = 0;
  let guess = known;
  for (;;) {
    const { below, inside } = await counted(guess, known, eachPlace, compare);
    const wanted = number - before - below;
    if (wanted <= 0) guess = known = { low: known.low, high: guess.low };
    else if (wanted > inside.count) {
      if (guess.high === null) return null;
      before += below + inside.count;
      guess = known = { low: guess.high, high: known.high };
    } else {
      const places = inside.sorted(compare);
      if (inside.isWhole) return places[wanted - 1] ?? null;
      before += below;
      known = guess;
      guess = narrower(known, places, wanted / inside.count);
    }
  }
}

/** Samples the rows of a guessed range, and counts those of the known range that come before it. */
async function counted(
  guess: PlaceRange,
  known: PlaceRange,
  eachPlace: EachPlace,
  compare: Compare,
): Promise<{ readonly below: number; readonly inside: PlaceSample }> {
  let below = 0;
  const inside = new PlaceSample();
  await eachPlace((place) => {
    if (isIn(guess, place, compare)) inside.offer(place);
    else if (isIn({ low: known.low, high: guess.low }, place, compare) && guess.low !== null) below += 1;
  });
  return { below, inside };
}

function isIn({ low, high }: PlaceRange, place: Position, compare: Compare): boolean {
  return (low === null || compare(place, low) > 0) && (high === null || compare(place, high) <= 0);
}

/** Where a place most likely lies that has this share of the range before it: four standard deviations to both sides. */
function narrower({ low, high }: PlaceRange, places: readonly Position[], share: number): PlaceRange {
  const index = Math.floor(share * places.length);
  const margin = 2 * Math.ceil(Math.sqrt(places.length));
  return { low: places[index - margin] ?? low, high: places[index + margin] ?? high };
}
