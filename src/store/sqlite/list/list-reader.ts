import { fulfils } from "../../../tokens/listing/filter-operators.ts";
import { ListOrder } from "../../../tokens/listing/list-order.ts";
import type { Identified, ListQuery, Position } from "../../../tokens/listing/listing.ts";
import { positionOfNumber } from "./deep-skip.ts";
import type { AccessPath } from "./list-cost.ts";
import { type ListTable, selection } from "./list-sql.ts";
import type { AfterRow, RowReader } from "./scan.ts";
import { TopRows } from "./top-rows.ts";

/** The most rows that one pass sorts. For more it takes several passes. */
const SORTED_ROWS_MAX = 2100;

/** Finds the rows of a list: looks at each row of the access path. */
export class ListReader<Row extends Identified, Stored> {
  readonly #reader: RowReader;
  readonly #table: ListTable<Row, Stored>;
  readonly #query: ListQuery;
  readonly #path: AccessPath;
  readonly #order: ListOrder<Row>;

  constructor(reader: RowReader, table: ListTable<Row, Stored>, query: ListQuery, path: AccessPath) {
    this.#reader = reader;
    this.#table = table;
    this.#query = query;
    this.#path = path;
    this.#order = new ListOrder(table.resource, query.sorts);
  }

  /** The rows that the query asks for, in its order, at most its limit. */
  async rows(): Promise<readonly Row[]> {
    const { after, skip, limit } = this.#query;
    if (this.#path.isInOrderOfIds) return await this.#inOrder();
    if (skip + limit <= SORTED_ROWS_MAX) return (await this.#top(after, skip + limit)).slice(skip);
    const lastSkipped = await positionOfNumber(
      skip,
      (take) => this.#eachBehind(after, (_, place) => take(place)),
      (one, other) => this.#order.compare(one, other),
    );
    return lastSkipped === null ? [] : await this.#top(lastSkipped, limit);
  }

  async #inOrder(): Promise<readonly Row[]> {
    const { after, skip, limit } = this.#query;
    const rows: Row[] = [];
    let skipped = 0;
    await this.#each(after, (row) => {
      if (skipped < skip) skipped += 1;
      else rows.push(row);
      return rows.length === limit ? "enough" : "go on";
    });
    return rows;
  }

  /** The first rows behind a position. */
  async #top(after: Position | null, count: number): Promise<readonly Row[]> {
    const top = new TopRows(this.#order, count);
    await this.#eachBehind(after, (row, place) => top.offer(row, place));
    return top.rows;
  }

  /** Every row of the list behind a position, in the order of the table. */
  async #eachBehind(after: Position | null, take: (row: Row, place: Position) => void): Promise<void> {
    await this.#each(null, (row) => {
      const place = this.#order.placeOf(row);
      if (after === null || this.#order.compare(place, after) > 0) take(row, place);
      return "go on";
    });
  }

  async #each(after: Position | null, take: (row: Row) => AfterRow): Promise<void> {
    const { resource, rowOf } = this.#table;
    const { rest } = this.#path;
    await this.#reader.each<Stored>(selection(this.#table, this.#path, this.#order, after), (stored) => {
      const row = rowOf(stored);
      return fulfils(resource, row, rest, this.#query.now) ? take(row) : "go on";
    });
  }
}
