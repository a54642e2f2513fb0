import type { Comparison, Identified, Position } from "../../../tokens/listing/listing.ts";
import { conditionSql } from "./condition-sql.ts";
import type { ListLimits } from "./list-cost.ts";
import { allOf, type Fragment, type ListIndex, type RowSet, raw, sql } from "./list-sql.ts";
import type { ListStatements, Span } from "./list-statements.ts";

interface WalkParts extends Pick<ListLimits, "shortSkip"> {
  /** The comparisons that each row of the list fulfils. */
  readonly required: readonly Comparison[];
  /** All rows of the list, and maybe others, in the order of ids. */
  readonly inOrderOfIds: RowSet;
}

/** Reads a list in the order of an index: first the rows with a value under its key, then those without. */
export class IndexWalk<Row extends Identified, Stored> {
  readonly #statements: ListStatements<Row, Stored>;
  readonly #column: Fragment;
  readonly #from: Fragment;
  /** Rows that include those without a value. */
  readonly #inOrderOfIds: RowSet;
  readonly #isDescending: boolean;
  /** The bounds for the values under the key. */
  readonly #bounds: readonly Fragment[];
  readonly #hasValued: boolean;
  readonly #hasNulls: boolean;
  readonly #shortSkip: number;

  constructor(
    statements: ListStatements<Row, Stored>,
    index: ListIndex,
    { required, inOrderOfIds, shortSkip }: WalkParts,
  ) {
    this.#shortSkip = shortSkip;
    const { table, sorts, after } = statements;
    const ofKey = required.filter(({ key, op }) => key === index.key && op !== "nin" && op !== "regex");
    this.#statements = statements;
    this.#column = raw(index.key);
    this.#from = raw(`${table.table} INDEXED BY ${index.name}`);
    this.#inOrderOfIds = index.isPartial ? inOrderOfIds : { from: this.#from, where: [] };
    this.#isDescending = sorts[0]?.direction === "desc";
    this.#hasValued = after?.[0] !== null && !ofKey.some(isOfNull);
    this.#hasNulls = ofKey.every(isOfNull);
    this.#bounds = [
      sql`${this.#column} IS NOT NULL`,
      ...ofKey.map((comparison) => conditionSql(comparison, table)),
      ...this.#boundOf(after),
    ];
  }

  async rows({ skip, limit }: Span): Promise<readonly Row[]> {
    const valued = this.#hasValued ? await this.#valued({ skip, limit }) : [];
    if (valued.length === limit || !this.#hasNulls) return valued;
    const isBehind = valued.length > 0 || skip === 0 || !this.#hasValued;
    const passed = isBehind ? 0 : await this.#statements.count(this.#valuedSet);
    const rest = { skip: valued.length > 0 ? 0 : skip - passed, limit: limit - valued.length };
    return [...valued, ...(await this.#nulls(rest))];
  }

  /** The bound that lets an index begin at a position: SQL does not see it in the condition for later rows. */
  #boundOf(after: Position | null): readonly Fragment[] {
    const value = after?.[0] ?? null;
    if (value === null) return [];
    return [sql`${this.#column} ${raw(this.#isDescending ? "<=" : ">=")} ${value}`];
  }

  get #valuedSet(): RowSet {
    return { from: this.#from, where: this.#bounds };
  }

  async #valued(span: Span): Promise<readonly Row[]> {
    const isSingle = this.#statements.sorts[1]?.key === "id" && this.#statements.sorts[1].direction === "asc";
    if (!this.#isDescending || !isSingle) return await this.#statements.sorted(this.#valuedSet, span);
    if (span.skip <= this.#shortSkip) return await this.#fromGreatest(span, []);
    const first = await this.#statements.valueAfter(this.#valuedSet, this.#column, span.skip);
    if (first === undefined) return [];
    const { from, where } = this.#valuedSet;
    const passed = await this.#statements.count({ from, where: [...where, sql`${this.#column} > ${first}`] });
    return await this.#fromGreatest({ skip: span.skip - passed, limit: span.limit }, [
      sql`${this.#column} <= ${first}`,
    ]);
  }

  /**
   * Goes from each value to the next smaller one, and reads its rows in the order of ids. The index itself, read
   * backwards, has the rows of one value in the wrong order.
   */
  async #fromGreatest(span: Span, bounds: readonly Fragment[]): Promise<readonly Row[]> {
    const { table } = this.#statements.table;
    const column = this.#column;
    const where = allOf([...this.#bounds, ...bounds]);
    const steps = sql`WITH RECURSIVE step (greatest) AS (
        SELECT max(${column}) FROM ${this.#from} WHERE ${where}
        UNION ALL SELECT (SELECT max(${column}) FROM ${this.#from} WHERE ${where} AND ${column} < step.greatest)
        FROM step WHERE step.greatest IS NOT NULL
      ) `;
    const set = {
      from: sql`step CROSS JOIN ${this.#from}`,
      where: [sql`${raw(table)}.${column} = step.greatest`, ...bounds],
    };
    return await this.#statements.found(set, span, steps);
  }

  async #nulls(span: Span): Promise<readonly Row[]> {
    const { from, where } = this.#inOrderOfIds;
    return await this.#statements.sorted({ from, where: [...where, sql`${this.#column} IS NULL`] }, span);
  }
}

function isOfNull(comparison: Comparison): boolean {
  return comparison.op === "exists" && !comparison.value;
}
