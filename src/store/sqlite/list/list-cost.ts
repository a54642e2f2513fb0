import { type Comparison, type Condition, someCondition } from "../../../tokens/listing/listing.ts";

type Judge = (comparison: Comparison) => boolean;

/** Which comparisons the indexes of a table answer. */
export interface Indexes {
  /** Whether an index finds the rows that fulfil a comparison, without reading others. */
  readonly isIndexed: Judge;
  /** Whether an index has just those rows, in the order of ids. */
  readonly isInOrderOfIds: Judge;
}

/** How SQL finds the rows of a list, each without a long search. All other conditions are checked row by row. */
export interface AccessPath {
  /** The one comparison that SQL makes; null where every row is read. */
  readonly found: Comparison | null;
  /** Whether the rows come in the order of ids, and not as they lie. */
  readonly isInOrderOfIds: boolean;
  /** The conditions that are still to be checked for each row. */
  readonly rest: Condition;
}

/** The path to the rows that fulfil a condition, in the order of ids if that is asked for and can be had. */
export function accessPath(
  condition: Condition,
  byId: boolean,
  { isIndexed, isInOrderOfIds }: Indexes,
): AccessPath {
  const required = requiredBy(condition);
  const searched = required.find(isOfIds) ?? required.find(isIndexed) ?? null;
  const found = searched ?? (byId ? (required.find(isInOrderOfIds) ?? null) : null);
  return {
    found,
    isInOrderOfIds: byId && (found === null || (isInOrderOfIds(found) && !isOfIds(found))),
    rest: without(found, condition),
  };
}

/** The most rows that a list skips, and the most ids that it looks up, without becoming a scan. */
const FEW_ROWS = 1000;
const FEW_IDS = 100;

/**
 * Whether a list that goes by that path is read in a few milliseconds, however many rows there are. A pattern is judged
 * in a few hundredths of a second for one row.
 */
export function isShort({ found, isInOrderOfIds, rest }: AccessPath, skip: number): boolean {
  if (someCondition(rest, (part) => part.op === "regex")) return false;
  if (found !== null && isOfIds(found)) return found.op !== "in" || found.values.length <= FEW_IDS;
  const isExact = !someCondition(rest, (part) => part.op !== "and");
  return isInOrderOfIds && isExact && skip <= FEW_ROWS;
}

/** Whether rows are found by a value or values under one of these keys, each of which has an index. */
export function isFoundBy({ op, key }: Comparison, keys: readonly string[]): boolean {
  return keys.includes(key) && op !== "regex" && op !== "nin";
}

/** Whether a comparison names the ids of the rows. */
export function isOfIds({ op, key }: Comparison): boolean {
  return key === "id" && (op === "eq" || op === "in");
}

/** The condition for rows that fulfil one of the comparisons that it requires. */
function without(found: Comparison | null, condition: Condition): Condition {
  if (condition === found) return { op: "and", conditions: [] };
  if (condition.op !== "and") return condition;
  return { op: "and", conditions: condition.conditions.map((part) => without(found, part)) };
}

/** Comparisons that a row must fulfil to fulfil the condition. */
function requiredBy(condition: Condition): readonly Comparison[] {
  if (!("conditions" in condition)) return [condition];
  return condition.op === "and" ? condition.conditions.flatMap(requiredBy) : [];
}
