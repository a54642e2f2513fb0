import {
  type Comparison,
  type Condition,
  type Identified,
  someCondition,
} from "../../../tokens/listing/listing.ts";
import { requiredBy } from "./condition-sql.ts";
import type { ListTable } from "./list-sql.ts";

/** Numbers of rows that decide how a list is read. They change its time alone. */
export interface ListLimits {
  /** The most rows that are sorted where they can also be read in order. */
  readonly sorted: number;
  /** The same where an index has all that decides. */
  readonly sortedInIndex: number;
  /** How many rows are looked at in the order of ids, before rows in another order are. */
  readonly firstRows: number;
  /** A longer skip looks for its end first, without reading the rows before. */
  readonly shortSkip: number;
}

export const LIST_LIMITS: ListLimits = {
  sorted: 20_000,
  sortedInIndex: 100_000,
  firstRows: 10_000,
  shortSkip: 1000,
};

/** The properties of a list that are known without a look at its rows. */
export interface AccessPath {
  /** The comparison that names the ids of the rows; null for none. */
  readonly ids: Comparison | null;
  /** Whether an index has just the rows of the list, in its order. */
  readonly isExact: boolean;
  readonly hasPattern: boolean;
}

/** The path to the rows that fulfil a condition, in the order of ids or in another. */
export function accessPath<Row extends Identified, Stored>(
  condition: Condition,
  byId: boolean,
  table: Pick<ListTable<Row, Stored>, "usual" | "indexes">,
): AccessPath {
  const comparisons = requiredBy(condition);
  const isPlain = !someCondition(condition, ({ op }) => op === "or");
  const isExact = comparisons.every(
    (comparison) => table.usual?.isOf(comparison) === true || isRun(comparison, table),
  );
  return {
    ids: comparisons.find(isOfIds) ?? null,
    isExact: byId && isPlain && comparisons.length <= 1 && isExact,
    hasPattern: someCondition(condition, ({ op }) => op === "regex"),
  };
}

/** The most rows that a list skips, and the most ids that it looks up, without becoming a scan. */
const FEW_ROWS = 1000;
const FEW_IDS = 100;

/**
 * Whether a list that goes by that path is read in a few milliseconds, however many rows there are. A pattern is judged
 * in a few hundredths of a second for one row.
 */
export function isShort({ ids, isExact, hasPattern }: AccessPath, skip: number): boolean {
  if (hasPattern) return false;
  if (ids !== null) return ids.op !== "in" || ids.values.length <= FEW_IDS;
  return isExact && skip <= FEW_ROWS;
}

/** Whether an index has the rows that fulfil a comparison one after the other, in the order of ids. */
export function isRun(
  { op, key, ...comparison }: Comparison,
  { indexes }: Pick<ListTable<Identified, never>, "indexes">,
): boolean {
  const isOfNull = op === "exists" && "value" in comparison && comparison.value === false;
  return indexes.some((index) => index.key === key && (op === "eq" || (isOfNull && !index.isPartial)));
}

/** Whether a comparison names the ids of the rows. */
export function isOfIds({ op, key }: Comparison): boolean {
  return key === "id" && (op === "eq" || op === "in");
}
