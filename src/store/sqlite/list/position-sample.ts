import type { Position } from "../../../tokens/listing/listing.ts";

/** A sample of more positions than this holds at least this many, and at most twice as many. */
export const SAMPLE_SIZE = 2048;

/** A sample of positions: every nth one that is offered. It holds all of them while they are few. */
export class PositionSample {
  #positions: Position[] = [];
  #stride = 1;
  /** How many were offered. */
  count = 0;

  offer(position: Position): void {
    if (this.count % this.#stride === 0) this.#positions.push(position);
    this.count += 1;
    if (this.#positions.length <= 2 * SAMPLE_SIZE) return;
    this.#positions = this.#positions.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  /** Whether it holds every position that was offered. */
  get isWhole(): boolean {
    return this.#stride === 1;
  }

  sorted(compare: (one: Position, other: Position) => number): readonly Position[] {
    return this.#positions.toSorted(compare);
  }
}
