import type { ListOrder } from "../../../tokens/listing/list-order.ts";
import type { Identified, Position } from "../../../tokens/listing/listing.ts";

/** The first rows of an order among all that are offered, `count` of them at most. */
export class BestRows<Row extends Identified> {
  readonly #order: ListOrder<Row>;
  readonly #count: number;
  readonly #kept: { readonly row: Row; readonly place: Position }[] = [];

  constructor(order: ListOrder<Row>, count: number) {
    this.#order = order;
    this.#count = count;
  }

  offer(row: Row, place: Position): void {
    const last = this.#kept.at(-1);
    const isFull = this.#kept.length === this.#count;
    if (isFull && last !== undefined && this.#order.compare(place, last.place) > 0) return;
    this.#kept.splice(this.#indexOf(place), 0, { row, place });
    if (isFull) this.#kept.pop();
  }

  /** In order. */
  get rows(): readonly Row[] {
    return this.#kept.map(({ row }) => row);
  }

  /** How many of the rows come before that place. */
  #indexOf(place: Position): number {
    let [from, to] = [0, this.#kept.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const kept = this.#kept[middle];
      if (kept !== undefined && this.#order.compare(kept.place, place) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
