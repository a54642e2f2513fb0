import { describe, expect, test } from "bun:test";
import { positionOfNumber } from "../../../../src/store/sqlite/list/deep-skip.ts";
import { PositionSample, SAMPLE_SIZE } from "../../../../src/store/sqlite/list/position-sample.ts";
import type { Position } from "../../../../src/tokens/listing/listing.ts";

const COUNT = 100_000;

/** A prime to COUNT: its multiples go through all numbers in no order. */
const SHUFFLE = 7919;

const numbers = Array.from({ length: COUNT }, (_, index) => index);

function compare(one: Position, other: Position): number {
  return Number(one[0]) - Number(other[0]) || Number(one[1]) - Number(other[1]);
}

const SEQUENCES: readonly (readonly [name: string, places: readonly Position[]])[] = [
  ["in order", numbers.map((number) => [number, 0])],
  ["in reverse", numbers.toReversed().map((number) => [number, 0])],
  ["shuffled", numbers.map((number) => [(number * SHUFFLE) % COUNT, 0])],
  ["nearly all alike", numbers.map((number) => [Math.min(number, 100), (number * SHUFFLE) % COUNT])],
  ["in waves that the sample goes along with", numbers.map((number) => [number % 64, number])],
];

describe.each(SEQUENCES)("of rows %s", (_, places) => {
  const sorted = places.toSorted(compare);

  test.each([1, 1001, 50_000, COUNT, COUNT + 1])(
    "number %d is found in a few passes, if there is one",
    async (number) => {
      let passes = 0;
      const eachPosition = async (take: (place: Position) => void) => {
        passes += 1;
        for (const place of places) take(place);
      };
      expect(await positionOfNumber(number, eachPosition, compare)).toEqual(sorted[number - 1] ?? null);
      expect(passes).toBeLessThanOrEqual(6);
    },
  );
});

test("a sample has every place while they are few, and never many", () => {
  const sample = new PositionSample();
  for (const number of numbers) {
    sample.offer([number]);
    const held = sample.sorted(compare).length;
    if (number < SAMPLE_SIZE) expect(held).toBe(number + 1);
    if (held > 2 * SAMPLE_SIZE) throw new Error(`the sample has ${held} places`);
  }
  expect(sample.isWhole).toBe(false);
  expect(sample.count).toBe(COUNT);
  expect(sample.sorted(compare).length).toBeGreaterThanOrEqual(SAMPLE_SIZE);
});
