import type { Condition, Identified, Position, Sort } from "../../../tokens/listing/listing.ts";
import { behindSql, conditionSql, orderSql } from "./condition-sql.ts";
import { allOf, type Fragment, joined, type ListTable, type RowSet, raw, sql } from "./list-sql.ts";
import type { AfterRow, RowReader } from "./scan.ts";

/** A part of a list. */
export interface Span {
  readonly skip: number;
  readonly limit: number;
}

/** The statements that read the rows of one list. Each leaves out the rows that are not in the list. */
export class ListStatements<Row extends Identified, Stored> {
  readonly table: ListTable<Row, Stored>;
  readonly sorts: readonly Sort[];
  readonly after: Position | null;
  readonly #reader: RowReader;
  /** The condition for rows behind the position at which the list begins. */
  readonly #behind: readonly Fragment[];
  /** The conditions for the rows of the list. */
  readonly #where: readonly Fragment[];

  /** For the rows behind `after` that fulfil a condition on columns. */
  constructor(
    reader: RowReader,
    table: ListTable<Row, Stored>,
    {
      condition,
      sorts,
      after,
    }: { readonly condition: Condition; readonly sorts: readonly Sort[]; readonly after: Position | null },
  ) {
    this.#reader = reader;
    this.table = table;
    this.sorts = sorts;
    this.after = after;
    this.#behind = after === null ? [] : [behindSql(sorts, after, table)];
    this.#where = [conditionSql(condition, table), ...this.#behind];
  }

  /** The rows of a set in the order of the list. `place` is a column in the order of ids. */
  async sorted(
    set: RowSet,
    span: Span,
    place = `${this.table.table}.${this.table.place}`,
  ): Promise<readonly Row[]> {
    return await this.#page(sql`${this.#from(set)} ORDER BY ${orderSql(this.sorts, place)}`, span);
  }

  /** The same for rows that are in another order in the set: SQL sorts their places, and reads only the rows of the span. */
  async picked(set: RowSet, span: Span): Promise<readonly Row[]> {
    const { table, place } = this.table;
    const [column, order] = [raw(`${table}.${place}`), orderSql(this.sorts, `${table}.${place}`)];
    const { skip, limit } = span;
    const places = sql`SELECT ${column} ${this.#from(set)} ORDER BY ${order} LIMIT ${limit} OFFSET ${skip}`;
    return await this.#page(sql`FROM ${raw(table)} WHERE ${column} IN (${places}) ORDER BY ${order}`, {
      skip: 0,
      limit,
    });
  }

  /** The rows of a set in the order in which SQL finds them. */
  async found(set: RowSet, span: Span, before = raw("")): Promise<readonly Row[]> {
    return await this.#page(this.#from(set), span, before);
  }

  /** The value in a column of the row after the first `skip` rows of the list, in the reverse order of that column. */
  async valueAfter(set: RowSet, column: Fragment, skip: number): Promise<string | number | undefined> {
    const order = sql`ORDER BY ${column} DESC LIMIT 1 OFFSET ${skip}`;
    return await this.#first(sql`SELECT ${column} AS value ${this.#from(set)} ${order}`);
  }

  /** The first rows of a set behind the position, in the order of ids, whether the list has them or not. */
  async firstOf(set: RowSet, count: number): Promise<RowSet> {
    const place = `${this.table.table}.${this.table.place}`;
    const rows = sql`FROM ${set.from} WHERE ${allOf([...set.where, ...this.#behind])}`;
    const order = sql`ORDER BY ${orderSql(this.sorts, place)} LIMIT 1 OFFSET ${count}`;
    const end = await this.#first<string | number>(sql`SELECT ${raw(place)} AS value ${rows} ${order}`);
    if (end === undefined) return set;
    const bound = sql`${raw(place)} ${raw(this.sorts[0]?.direction === "asc" ? "<" : ">")} ${end}`;
    return { from: set.from, where: [...set.where, bound] };
  }

  /** How many rows of the list a set has. */
  async count(set: RowSet): Promise<number> {
    return (await this.#first<number>(sql`SELECT count(*) AS value ${this.#from(set)}`)) ?? 0;
  }

  /** How many rows a set has, in the list or not; at most `most` + 1. */
  async size({ from, where }: RowSet, most: number): Promise<number> {
    const rows = sql`SELECT 1 FROM ${from} WHERE ${allOf(where)} LIMIT ${most + 1}`;
    return (await this.#first<number>(sql`SELECT count(*) AS value FROM (${rows})`)) ?? 0;
  }

  /** Gives `take` some columns of each row of a set. */
  async each<Columns>(
    set: RowSet,
    columns: readonly Fragment[],
    order: Fragment,
    take: (row: Columns) => AfterRow,
  ): Promise<void> {
    await this.#reader.each(sql`SELECT ${joined(columns, ", ")} ${this.#from(set)}${order}`, take);
  }

  /** The rows of a statement, of which `tail` is the part from FROM on. */
  async #page(tail: Fragment, { skip, limit }: Span, before = raw("")): Promise<readonly Row[]> {
    const rows: Row[] = [];
    const statement = sql`${before}SELECT ${raw(this.table.selected)} ${tail} LIMIT ${limit} OFFSET ${skip}`;
    await this.#reader.each<Stored>(statement, (stored) => {
      rows.push(this.table.rowOf(stored));
      return "go on";
    });
    return rows;
  }

  async #first<Value extends string | number>(statement: Fragment): Promise<Value | undefined> {
    let found: Value | undefined;
    await this.#reader.each<{ value: Value }>(statement, ({ value }) => {
      found = value;
      return "enough";
    });
    return found;
  }

  #from({ from, where }: RowSet): Fragment {
    return sql`FROM ${from} WHERE ${allOf([...where, ...this.#where])}`;
  }
}
