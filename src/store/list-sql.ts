import type { SQLQueryBindings } from "bun:sqlite";
import type { Condition, FilterKey, ListQuery, Position, Sort } from "../tokens/listing.ts";

/** A piece of SQL with the values for its question marks. */
export interface Fragment {
  readonly sql: string;
  readonly values: readonly SQLQueryBindings[];
}

/** A token's status at the moment that is its one parameter. */
export const STATUS_SQL =
  "CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= ? THEN 'expired' ELSE 'active' END";

const TRUE: Fragment = { sql: "TRUE", values: [] };
const FALSE: Fragment = { sql: "FALSE", values: [] };

/**
 * What follows `SELECT … FROM token` for a query, without its limit. A pattern is beyond SQL and counts as
 * fulfilled here: since no condition is negated, too much is selected but never too little.
 */
export function selection({ condition, sorts, after, now }: ListQuery): Fragment {
  const order = orderOf(sorts);
  const where = both(conditionSql(condition, now), after === null ? TRUE : behind(after, order));
  const orderBy = order.map(({ key, direction }) => `${key} ${direction} NULLS LAST`).join(", ");
  return { sql: `WHERE ${where.sql} ORDER BY ${orderBy}`, values: where.values };
}

/** Up to and with the id, which makes every order total; more would keep SQLite from using an index on the id. */
function orderOf(sorts: readonly Sort[]): readonly Sort[] {
  const byId = sorts.findIndex(({ key }) => key === "id");
  return byId === -1 ? [...sorts, { key: "id", direction: "asc" }] : sorts.slice(0, byId + 1);
}

function conditionSql(condition: Condition, now: number): Fragment {
  if ("conditions" in condition) {
    return join(
      condition.conditions.map((part) => conditionSql(part, now)),
      condition.op,
    );
  }
  const { sql, values } = column(condition.key, now);
  switch (condition.op) {
    case "eq":
      return { sql: `${sql} = ?`, values: [...values, condition.value] };
    case "lt":
      return { sql: `${sql} < ?`, values: [...values, condition.value] };
    case "gt":
      return { sql: `${sql} > ?`, values: [...values, condition.value] };
    case "exists":
      return { sql: `${sql} IS ${condition.value ? "NOT " : ""}NULL`, values };
    case "in":
      return {
        sql: `${sql} IN (SELECT value FROM json_each(?))`,
        values: [...values, list(condition.values)],
      };
    case "nin":
      return {
        sql: `(${sql} IS NULL OR ${sql} NOT IN (SELECT value FROM json_each(?)))`,
        values: [...values, ...values, list(condition.values)],
      };
    case "regex":
      return { sql: `${sql} IS NOT NULL`, values };
  }
}

function column(key: FilterKey, now: number): Fragment {
  return key === "status" ? { sql: STATUS_SQL, values: [now] } : { sql: key, values: [] };
}

/** The rows that come after a position: those that first differ from it in the nth sort, for every n. */
function behind(position: Position, order: readonly Sort[]): Fragment {
  const steps = order.map((sort, index) => {
    const before = order
      .slice(0, index)
      .map(({ key }, at) => ({ sql: `${key} IS ?`, values: [position[at] ?? null] }));
    return join([...before, later(sort, position[index] ?? null)], "and");
  });
  return join(steps, "or");
}

function later({ key, direction }: Sort, value: string | number | null): Fragment {
  if (value === null) return FALSE;
  return { sql: `(${key} ${direction === "asc" ? ">" : "<"} ? OR ${key} IS NULL)`, values: [value] };
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
