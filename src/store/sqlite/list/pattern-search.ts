import type { Condition, Identified } from "../../../tokens/listing/listing.ts";
import { orderSql } from "./condition-sql.ts";
import type { ListLimits } from "./list-cost.ts";
import { type Fragment, type RowSet, raw, type Search, sql, valuesSql } from "./list-sql.ts";
import type { ListStatements, Span } from "./list-statements.ts";
import { type PatternTest, patternTest, type TestedRow } from "./pattern-test.ts";

/** Finds the rows of a list with patterns: first the ids of the matching rows, then the rows of the page. */
export class PatternSearch<Row extends Identified, Stored> {
  readonly #statements: ListStatements<Row, Stored>;
  readonly #test: PatternTest;
  readonly #place: string;
  readonly #firstRows: number;

  constructor(
    statements: ListStatements<Row, Stored>,
    condition: Condition,
    { firstRows }: Pick<ListLimits, "firstRows">,
  ) {
    this.#firstRows = firstRows;
    this.#statements = statements;
    this.#test = patternTest(condition, statements.table);
    this.#place = `${statements.table.table}.${statements.table.place}`;
  }

  /** The rows of the page. `inOrder` are all rows of the list in its order; null where they must be sorted. */
  async rows(span: Span, search: Search | null, inOrder: RowSet | null): Promise<readonly Row[]> {
    const wanted = span.skip + span.limit;
    if (search !== null) return await this.#pageOf(await this.#matches(search), span);
    if (inOrder !== null) {
      const order = sql` ORDER BY ${orderSql(this.#statements.sorts, this.#place)}`;
      const firstRows = await this.#statements.firstOf(inOrder, this.#firstRows);
      const first = await this.#matches(firstRows, order, wanted);
      if (first.length === wanted) return await this.#pageOf(first, span);
    }
    const { table, text } = this.#statements.table;
    const from = raw(text === null ? `${table} NOT INDEXED` : `${table} INDEXED BY ${text}`);
    return await this.#pageOf(await this.#matches({ from, where: [] }), span);
  }

  /** The places of the matching rows of a set. */
  async #matches(
    set: RowSet,
    order: Fragment = raw(""),
    wanted = Number.POSITIVE_INFINITY,
  ): Promise<readonly (string | number)[]> {
    const places: (string | number)[] = [];
    const columns = [raw(`${this.#place} AS place`), ...this.#test.columns];
    await this.#statements.each<TestedRow & { place: string | number }>(set, columns, order, (row) => {
      if (this.#test.holds(row)) places.push(row.place);
      return places.length === wanted ? "enough" : "go on";
    });
    return places;
  }

  async #pageOf(places: readonly (string | number)[], span: Span): Promise<readonly Row[]> {
    const { table } = this.#statements.table;
    const where = [sql`${raw(this.#place)} IN ${valuesSql(places)}`];
    return await this.#statements.sorted({ from: raw(`${table} NOT INDEXED`), where }, span);
  }
}
