import type { SQLQueryBindings } from "bun:sqlite";
import type { ListOrder } from "../../../tokens/listing/list-order.ts";
import {
  type Comparison,
  type Identified,
  keyOf,
  type ListedResource,
  type Position,
} from "../../../tokens/listing/listing.ts";
import type { AccessPath, Indexes } from "./list-cost.ts";

/** A piece of SQL with the values for its question marks. */
export interface Fragment {
  readonly sql: string;
  readonly values: readonly SQLQueryBindings[];
}

/** Where the rows of a resource are: each column that SQL looks at has the name of its key. */
export interface ListTable<Row extends Identified, Stored> extends Indexes {
  readonly resource: ListedResource<Row>;
  readonly table: string;
  /** The columns of each row, as in `SELECT`. */
  readonly selected: string;
  readonly rowOf: (stored: Stored) => Row;
}

/**
 * Reads the rows that a path leads to: those of the list, and others that the caller has to leave out. SQL neither
 * sorts nor counts, because it would let nothing else go on meanwhile.
 */
export function selection<Row extends Identified, Stored>(
  table: ListTable<Row, Stored>,
  { found, isInOrderOfIds }: AccessPath,
  order: ListOrder<Row>,
  after: Position | null,
): Fragment {
  const [first] = order.sorts;
  const isDescending = first?.direction === "desc";
  const conditions = [
    ...(found === null ? [] : [comparisonSql(found, table.resource)]),
    ...(after === null || !isInOrderOfIds ? [] : [behind(after, isDescending)]),
  ];
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`;
  const orderBy = isInOrderOfIds ? ` ORDER BY id ${isDescending ? "DESC" : "ASC"}` : "";
  return {
    sql: `SELECT ${table.selected} FROM ${table.table}${where}${orderBy}`,
    values: conditions.flatMap(({ values }) => values),
  };
}

/** The rows behind a place in the order of ids. */
function behind([id = null]: Position, isDescending: boolean): Fragment {
  return { sql: `id ${isDescending ? "<" : ">"} ?`, values: [id] };
}

/** A comparison that an index answers. A key is looked up before it becomes SQL. */
function comparisonSql<Row>(comparison: Comparison, resource: ListedResource<Row>): Fragment {
  const { op, key } = comparison;
  keyOf(resource, key);
  switch (op) {
    case "eq":
      return { sql: `${key} = ?`, values: [comparison.value] };
    case "lt":
      return { sql: `${key} < ?`, values: [comparison.value] };
    case "gt":
      return { sql: `${key} > ?`, values: [comparison.value] };
    case "exists":
      return { sql: `${key} IS ${comparison.value ? "NOT " : ""}NULL`, values: [] };
    case "in":
      return {
        sql: `${key} IN (SELECT value FROM json_each(?))`,
        values: [JSON.stringify(comparison.values)],
      };
    default:
      throw new Error(`no index answers ${op}`);
  }
}
