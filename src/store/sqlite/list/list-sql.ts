import type { SQLQueryBindings } from "bun:sqlite";
import type { Comparison, Condition, Identified, ListedResource } from "../../../tokens/listing/listing.ts";
import type { UnixSeconds } from "../../../tokens/time.ts";

/** A piece of SQL with the values for its question marks. */
export interface Fragment {
  readonly sql: string;
  readonly values: readonly SQLQueryBindings[];
}

/** An index of a table. Its rows lie in the order of its key, then of the ids. */
export interface ListIndex {
  readonly name: string;
  readonly key: string;
  /** Whether it lacks the rows without a value under the key. */
  readonly isPartial: boolean;
  /** Further keys that the index has the values of. */
  readonly covered: readonly string[];
}

/** Rows of a table, or some that include them. */
export interface RowSet {
  /** As in `FROM`. */
  readonly from: Fragment;
  /** The conditions that choose the rows. */
  readonly where: readonly Fragment[];
}

/** Rows that SQL finds by a comparison, without reading others. */
export interface Search extends RowSet {
  readonly key: string;
  /** The same rows for counting. */
  readonly counted: RowSet;
  /** The keys that SQL reads from the index. */
  readonly covered: readonly string[];
  /** The column in the order of ids in which the rows come; null where they come in another order. */
  readonly order: string | null;
}

/** Where the rows of a resource are. Each key is the name of a column, unless `comparisonSql` or `plain` says otherwise. */
export interface ListTable<Row extends Identified, Stored> {
  readonly resource: ListedResource<Row>;
  readonly table: string;
  /** The columns of each row, as in `SELECT`. */
  readonly selected: string;
  readonly rowOf: (stored: Stored) => Row;
  /** The column in the order of ids. */
  readonly place: "seq" | "id";
  readonly indexes: readonly ListIndex[];
  /** The partial index of the rows that fulfil a comparison, in the order of ids; null for none. */
  readonly usual: { readonly index: string; readonly isOf: (comparison: Comparison) => boolean } | null;
  /** An index that has every key with patterns; null for none. */
  readonly text: string | null;
  /** The comparison as a condition on columns, at that moment. */
  readonly plain: (comparison: Comparison, now: UnixSeconds) => Condition;
  /** The SQL of a comparison that is not one of a column; null for the others. */
  readonly comparisonSql: (comparison: Comparison) => Fragment | null;
  /** A search of the rows that is none of an index of the table; null for none. */
  readonly search: (comparison: Comparison) => Search | null;
}

/** SQL from a template: a fragment in it becomes a part of the SQL, and anything else a value. */
export function sql(
  texts: TemplateStringsArray,
  ...parts: readonly (Fragment | Exclude<SQLQueryBindings, object>)[]
): Fragment {
  const fragments = parts.map((part) => (isFragment(part) ? part : { sql: "?", values: [part] }));
  return {
    sql: texts.map((text, index) => text + (fragments[index]?.sql ?? "")).join(""),
    values: fragments.flatMap(({ values }) => values),
  };
}

/** A part of SQL that is not from a caller, such as the name of a column. */
export function raw(text: string): Fragment {
  return { sql: text, values: [] };
}

export const TRUE = raw("1");
/** A value, since SQLite drops other conditions beside a constant, and then has no use for the index of INDEXED BY. */
export const FALSE: Fragment = { sql: "?", values: [0] };

/** Fragments with a word such as AND between them. */
export function joined(fragments: readonly Fragment[], word: string): Fragment {
  return {
    sql: fragments.map((fragment) => fragment.sql).join(word),
    values: fragments.flatMap(({ values }) => values),
  };
}

/** The condition that all parts are true. */
export function allOf(fragments: readonly Fragment[]): Fragment {
  return fragments.length === 0 ? TRUE : joined(fragments, " AND ");
}

/** A list of values as the right side of IN: there may be thousands. */
export function valuesSql(values: readonly (string | number)[]): Fragment {
  return sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`;
}

function isFragment(part: unknown): part is Fragment {
  return typeof part === "object" && part !== null && "sql" in part;
}
