import { totalSorts } from "../../../tokens/listing/list-order.ts";
import {
  type Comparison,
  type Condition,
  type Identified,
  type ListQuery,
  someCondition,
} from "../../../tokens/listing/listing.ts";
import type { UnixSeconds } from "../../../tokens/time.ts";
import { conditionSql, hasPattern, requiredBy } from "./condition-sql.ts";
import { IndexWalk } from "./index-walk.ts";
import { isRun, LIST_LIMITS, type ListLimits } from "./list-cost.ts";
import { type ListTable, type RowSet, raw, type Search } from "./list-sql.ts";
import { ListStatements, type Span } from "./list-statements.ts";
import { PatternSearch } from "./pattern-search.ts";
import type { RowReader } from "./scan.ts";

/** A search with the number of rows that it finds. */
interface FoundRows extends Search {
  readonly size: number;
}

/** Finds the rows of a list. SQL chooses and sorts them; only patterns are matched here. */
export class ListReader<Row extends Identified, Stored> {
  readonly #table: ListTable<Row, Stored>;
  readonly #span: Span;
  readonly #condition: Condition;
  /** The comparisons that each row fulfils. */
  readonly #required: readonly Comparison[];
  readonly #statements: ListStatements<Row, Stored>;
  readonly #limits: ListLimits;

  constructor(
    reader: RowReader,
    table: ListTable<Row, Stored>,
    { condition, sorts, after, skip, limit, now }: ListQuery,
    limits: ListLimits = LIST_LIMITS,
  ) {
    this.#limits = limits;
    this.#table = table;
    this.#span = { skip, limit };
    this.#condition = plainCondition(condition, table, now);
    this.#required = requiredBy(this.#condition);
    this.#statements = new ListStatements(reader, table, {
      condition: this.#condition,
      sorts: totalSorts(table.resource, sorts),
      after,
    });
  }

  /** The rows that the query asks for, in its order, at most its limit. */
  async rows(): Promise<readonly Row[]> {
    const searches = this.#searches();
    const few = await this.#smallest(searches);
    if (hasPattern(this.#condition)) {
      const patterns = new PatternSearch(this.#statements, this.#condition, this.#limits);
      return await patterns.rows(this.#span, few, this.#isById ? this.#inOrderOfIds : null);
    }
    if (this.#isById) return await this.#byId(few, searches);
    if (few !== null) return await this.#statements.picked(few, this.#span);
    const index = this.#table.indexes.find(({ key }) => key === this.#statements.sorts[0]?.key);
    if (index === undefined) return await this.#statements.picked(this.#everyRow, this.#span);
    const parts = { required: this.#required, inOrderOfIds: this.#inOrderOfIds, ...this.#limits };
    return await new IndexWalk(this.#statements, index, parts).rows(this.#span);
  }

  async #byId(few: FoundRows | null, searches: readonly Search[]): Promise<readonly Row[]> {
    const ordered = few ?? searches.find(({ order }) => order !== null);
    if (ordered === undefined) return await this.#statements.sorted(this.#inOrderOfIds, this.#span);
    if (ordered.order !== null) return await this.#statements.sorted(ordered, this.#span, ordered.order);
    if (few !== null && few.size > this.#limits.firstRows) {
      const first = await this.#statements.firstOf(this.#inOrderOfIds, this.#limits.firstRows);
      const rows = await this.#statements.sorted(first, this.#span);
      if (rows.length === this.#span.limit) return rows;
    }
    return await this.#statements.picked(ordered, this.#span);
  }

  get #isById(): boolean {
    return this.#statements.sorts[0]?.key === "id";
  }

  get #everyRow(): RowSet {
    return { from: raw(`${this.#table.table} NOT INDEXED`), where: [] };
  }

  /** All rows in the order of ids, without those that the usual list leaves out where this one does so too. */
  get #inOrderOfIds(): RowSet {
    const { usual, table } = this.#table;
    const comparison = usual && this.#required.find(usual.isOf);
    if (!usual || !comparison) return this.#everyRow;
    return {
      from: raw(`${table} INDEXED BY ${usual.index}`),
      where: [conditionSql(comparison, this.#table)],
    };
  }

  /** The search that finds the fewest rows, if these can be sorted at once; null for none. */
  async #smallest(searches: readonly Search[]): Promise<FoundRows | null> {
    let best: FoundRows | null = null;
    for (const search of searches) {
      const { sorted, sortedInIndex } = this.#limits;
      const most = this.#isById && this.#isCovered(search) ? sortedInIndex : sorted;
      const size = await this.#statements.size(search.counted, Math.min(most, best?.size ?? most));
      if (size <= most && (best === null || size < best.size)) best = { ...search, size };
    }
    return best;
  }

  /** One search for each key. */
  #searches(): readonly Search[] {
    const found = new Map<string, Search>();
    for (const comparison of this.#required) {
      const search = this.#table.search(comparison) ?? this.#indexSearch(comparison);
      if (search !== null && !found.has(search.key)) found.set(search.key, search);
    }
    return [...found.values()];
  }

  #indexSearch(comparison: Comparison): Search | null {
    const { key, op } = comparison;
    const index = this.#table.indexes.find((index) => index.key === key);
    const isOfNull = op === "exists" && !comparison.value;
    if (index === undefined || op === "nin" || op === "regex" || (isOfNull && index.isPartial)) return null;
    const from = raw(`${this.#table.table} INDEXED BY ${index.name}`);
    const ofKey = this.#required.filter((other) => other.key === key && other.op !== "regex");
    const where = ofKey.map((other) => conditionSql(other, this.#table));
    return {
      key,
      from,
      where: [],
      counted: { from, where },
      covered: [key, ...index.covered],
      order: isRun(comparison, this.#table) ? `${this.#table.table}.${this.#table.place}` : null,
    };
  }

  #isCovered({ covered }: Search): boolean {
    return !someCondition(this.#condition, (part) => "key" in part && !covered.includes(part.key));
  }
}

/** The condition on columns that rows fulfil at that moment. */
function plainCondition<Row extends Identified, Stored>(
  condition: Condition,
  table: ListTable<Row, Stored>,
  now: UnixSeconds,
): Condition {
  if (!("conditions" in condition)) return table.plain(condition, now);
  return {
    op: condition.op,
    conditions: condition.conditions.map((part) => plainCondition(part, table, now)),
  };
}
