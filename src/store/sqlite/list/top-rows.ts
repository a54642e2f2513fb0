import type { ListOrder } from "../../../tokens/listing/list-order.ts";
import type { Identified, Position } from "../../../tokens/listing/listing.ts";

/** The first `count` rows in an order, of all rows that are offered. */
export class TopRows<Row extends Identified> {
  readonly #order: ListOrder<Row>;
  readonly #count: number;
  readonly #rows: { readonly row: Row; readonly place: Position }[] = [];

  constructor(order: ListOrder<Row>, count: number) {
    this.#order = order;
    this.#count = count;
  }

  offer(row: Row, place: Position): void {
    const last = this.#rows.at(-1);
    const isFull = this.#rows.length === this.#count;
    if (isFull && last !== undefined && this.#order.compare(place, last.place) > 0) return;
    this.#rows.splice(this.#indexOf(place), 0, { row, place });
    if (isFull) this.#rows.pop();
  }

  /** In order. */
  get rows(): readonly Row[] {
    return this.#rows.map(({ row }) => row);
  }

  /** How many of the rows come before that place. */
  #indexOf(place: Position): number {
    let [from, to] = [0, this.#rows.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = this.#rows[middle];
      if (other !== undefined && this.#order.compare(other.place, place) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
