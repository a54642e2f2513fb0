import {
  type Identified,
  keyOf,
  type ListedResource,
  type Position,
  type Sort,
  type Value,
} from "./listing.ts";

/** The order in which the rows of a list come. It is total: no two rows have the same place. */
export class ListOrder<Row extends Identified> {
  /** The sorts up to and with the id: those behind it decide nothing. */
  readonly sorts: readonly Sort[];
  readonly #placeOf: (row: Row) => Position;

  constructor({ resource, keys }: ListedResource<Row>, sorts: readonly Sort[]) {
    const byId = sorts.findIndex(({ key }) => key === "id");
    this.sorts = byId === -1 ? [...sorts, { key: "id", direction: "asc" }] : sorts.slice(0, byId + 1);
    const readers = this.sorts.map(({ key }) => keyOf({ resource, keys }, key).read);
    this.#placeOf = (row) => readers.map((read) => single(read(row, 0)));
  }

  /** The place of a row: its value for each sort. */
  placeOf(row: Row): Position {
    return this.#placeOf(row);
  }

  /** Below 0 where the first place comes before the other one, above 0 where it comes behind. */
  compare(one: Position, other: Position): number {
    for (const [index, { direction }] of this.sorts.entries()) {
      const compared = compareValues(one[index] ?? null, other[index] ?? null, direction);
      if (compared !== 0) return compared;
    }
    return 0;
  }
}

function single(value: Value | readonly Value[] | null): Value | null {
  return typeof value === "object" ? (value?.[0] ?? null) : value;
}

/** Nulls come last in both directions. */
function compareValues(one: Value | null, other: Value | null, direction: Sort["direction"]): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  const compared =
    typeof one === "number" && typeof other === "number"
      ? one - other
      : compareCodePoints(String(one), String(other));
  return direction === "asc" ? compared : -compared;
}

/** Surrogates, and the units of UTF-16 behind them. */
const FROM_SURROGATES_ON = /[\ud800-\uffff]/;

/** JavaScript compares UTF-16, where a surrogate is below U+E000, though its code point is above. */
function compareCodePoints(one: string, other: string): number {
  if (!FROM_SURROGATES_ON.test(one)) return one < other ? -1 : Number(one > other);
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const [unit, against] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (unit !== against) return rank(unit) - rank(against);
  }
  return one.length - other.length;
}

/** Surrogates behind all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
