import type { SQLQueryBindings } from "bun:sqlite";
import {
  type Comparison,
  type Condition,
  keyOf,
  type ListedResource,
  type ListQuery,
  type ListTerms,
  type Position,
  type Sort,
} from "../tokens/listing.ts";
import { type Indexes, isFoundAmongFew } from "./list-cost.ts";

/** A piece of SQL with the values for its question marks. */
export interface Fragment {
  readonly sql: string;
  readonly values: readonly SQLQueryBindings[];
}

/**
 * The columns in which a resource keeps what is under its keys: each has the name of its key, and several values are
 * an array of JSON.
 */
interface Columns {
  readonly resource: ListTerms;
  /** Keys whose index has rows in the order of ids: in another order it is slower than reading every row as it lies. */
  readonly inOrderOfIds: readonly string[];
  /** The value of a key that has no column of that value, at that moment. */
  readonly computed: Readonly<Record<string, (now: number) => Fragment>>;
}

/** Where the rows of a resource are. */
export interface ListTable<Row, Stored> extends Columns, Indexes {
  readonly resource: ListedResource<Row>;
  readonly table: string;
  /** What is read of each row, as `SELECT` wants it. */
  readonly selected: string;
  readonly rowOf: (stored: Stored) => Row;
}

const TRUE: Fragment = { sql: "TRUE", values: [] };
const FALSE: Fragment = { sql: "FALSE", values: [] };

/**
 * The whole statement of a query, but for how many rows. A pattern is beyond SQL and counts as fulfilled here: since
 * no condition is negated, too much is selected but never too little.
 */
export function selection<Row, Stored>(
  table: ListTable<Row, Stored>,
  { condition, sorts, after, now }: ListQuery,
): Fragment {
  // SQLite would rather read every row in the order of ids than sort few.
  const isSorted = isFoundAmongFew(condition, table);
  const order = orderOf(sorts, table).map((sort) => ({ ...sort, sql: isSorted ? `+${sort.key}` : sort.key }));
  const columns = order[0]?.key === "id" && !isSorted ? { ...table, inOrderOfIds: [] } : table;
  const where = both(conditionSql(condition, columns, now), after === null ? TRUE : behind(after, order));
  const orderBy = order.map(({ sql, direction }) => `${sql} ${direction} NULLS LAST`).join(", ");
  return {
    sql: `SELECT ${table.selected} FROM ${table.table} WHERE ${where.sql} ORDER BY ${orderBy}`,
    values: where.values,
  };
}

/** The whole statement of a query. */
export function pageSelection<Row, Stored>(table: ListTable<Row, Stored>, query: ListQuery): Fragment {
  const { sql, values } = selection(table, query);
  return { sql: `${sql} LIMIT ? OFFSET ?`, values: [...values, query.limit, query.skip] };
}

/** Up to and with the id, which makes every order total; more would keep SQLite from using an index on the id. */
function orderOf(sorts: readonly Sort[], columns: Columns): readonly Sort[] {
  for (const { key } of sorts) keyOf(columns.resource, key);
  const byId = sorts.findIndex(({ key }) => key === "id");
  return byId === -1 ? [...sorts, { key: "id", direction: "asc" }] : sorts.slice(0, byId + 1);
}

function conditionSql(condition: Condition, columns: Columns, now: number): Fragment {
  if ("conditions" in condition) {
    return join(
      condition.conditions.map((part) => conditionSql(part, columns, now)),
      condition.op,
    );
  }
  const isArray = keyOf(columns.resource, condition.key).several === true;
  return isArray ? arraySql(condition) : comparisonSql(condition, column(condition.key, columns, now));
}

/** Whether one of the values fulfils it; for `nin`, whether none fulfils the opposite. No values are null. */
function arraySql(comparison: Comparison): Fragment {
  const { op, key } = comparison;
  if (op === "exists" || op === "regex") return comparisonSql(comparison, { sql: key, values: [] });
  const one = comparisonSql(op === "nin" ? { ...comparison, op: "in" } : comparison, {
    sql: "value",
    values: [],
  });
  const some = `EXISTS (SELECT 1 FROM json_each(${key}) WHERE ${one.sql})`;
  return { sql: op === "nin" ? `NOT ${some}` : some, values: one.values };
}

function comparisonSql(comparison: Comparison, { sql, values }: Fragment): Fragment {
  switch (comparison.op) {
    case "eq":
      return { sql: `${sql} = ?`, values: [...values, comparison.value] };
    case "lt":
      return { sql: `${sql} < ?`, values: [...values, comparison.value] };
    case "gt":
      return { sql: `${sql} > ?`, values: [...values, comparison.value] };
    case "exists":
      return { sql: `${sql} IS ${comparison.value ? "NOT " : ""}NULL`, values };
    case "in":
      return {
        sql: `${sql} IN (SELECT value FROM json_each(?))`,
        values: [...values, list(comparison.values)],
      };
    case "nin":
      return {
        sql: `(${sql} IS NULL OR ${sql} NOT IN (SELECT value FROM json_each(?)))`,
        values: [...values, ...values, list(comparison.values)],
      };
    case "regex":
      return { sql: `${sql} IS NOT NULL`, values };
  }
}

/** A key is looked up before it becomes SQL. */
function column(key: string, { resource, computed, inOrderOfIds }: Columns, now: number): Fragment {
  keyOf(resource, key);
  const expression = computed[key];
  if (expression !== undefined) return expression(now);
  // A plus keeps SQLite from using an index: https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_
  return { sql: inOrderOfIds.includes(key) ? `+${key}` : key, values: [] };
}

/** A sort, and the SQL of its key. */
interface OrderTerm extends Sort {
  readonly sql: string;
}

/** The rows that come after a position: those that first differ from it in the nth sort, for every n. */
function behind(position: Position, order: readonly OrderTerm[]): Fragment {
  const steps = order.map((sort, index) => {
    const before = order
      .slice(0, index)
      .map(({ sql }, at) => ({ sql: `${sql} IS ?`, values: [position[at] ?? null] }));
    return join([...before, later(sort, position[index] ?? null)], "and");
  });
  return join(steps, "or");
}

function later({ key, sql, direction }: OrderTerm, value: string | number | null): Fragment {
  if (value === null) return FALSE;
  const beyond = `${sql} ${direction === "asc" ? ">" : "<"} ?`;
  // An id is never null; asked whether it is, SQLite would read all up to the position instead of going there.
  return { sql: key === "id" ? beyond : `(${beyond} OR ${sql} IS NULL)`, values: [value] };
}

function both(left: Fragment, right: Fragment): Fragment {
  return join([left, right], "and");
}

function join(parts: readonly Fragment[], op: "and" | "or"): Fragment {
  if (parts.length === 0) return op === "and" ? TRUE : FALSE;
  return {
    sql: `(${parts.map(({ sql }) => sql).join(` ${op.toUpperCase()} `)})`,
    values: parts.flatMap(({ values }) => values),
  };
}

function list(values: readonly (string | number)[]): string {
  return JSON.stringify(values);
}
