import type { Position } from "../../../tokens/listing/listing.ts";

/** How many places a sample holds at least, once more than that were offered; it holds twice as many at most. */
export const SAMPLE_SIZE = 2048;

/** Places of rows at equal distances in the sequence in which they are offered: all of them while they are few. */
export class PlaceSample {
  #places: Position[] = [];
  #stride = 1;
  /** How many were offered. */
  count = 0;

  offer(place: Position): void {
    if (this.count % this.#stride === 0) this.#places.push(place);
    this.count += 1;
    if (this.#places.length <= 2 * SAMPLE_SIZE) return;
    this.#places = this.#places.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  /** Whether it holds every place that was offered. */
  get isWhole(): boolean {
    return this.#stride === 1;
  }

  sorted(compare: (one: Position, other: Position) => number): readonly Position[] {
    return this.#places.toSorted(compare);
  }
}
