import { type Comparison, type Condition, someCondition } from "../tokens/listing.ts";

/** Whether SQL finds what fulfils a comparison by an index, and so without a look at every row. */
export type IsIndexed = (comparison: Comparison) => boolean;

/** Whether rows are found by what is under one of these keys, each of which has an index. */
export function isFoundBy({ op, key }: Comparison, keys: readonly string[]): boolean {
  return keys.includes(key) && op !== "regex" && op !== "nin";
}

/** How many comparisons SQL makes with each row: it lets nothing else go on before it has found one. */
const COMPARISONS_IN_SQL = 6;

/** Whether a condition is beyond SQL, or would have it look at row after row in one piece. */
export function isCostly(condition: Condition, isIndexed: IsIndexed): boolean {
  let comparisons = 0;
  return someCondition(condition, (part) => {
    if ("conditions" in part) return false;
    comparisons += 1;
    return comparisons > COMPARISONS_IN_SQL || !isIndexed(part);
  });
}

/** How the rows of a resource are found. */
export interface Indexes {
  readonly isIndexed: IsIndexed;
  /** Whether few rows fulfil a comparison, and an index finds them. */
  readonly isOfFew: IsIndexed;
}

/** What SQL may look at of a costly condition: what has an index. No row that fulfils the whole is lost by that. */
export function indexedPart(condition: Condition, { isIndexed, isOfFew }: Indexes): Condition {
  const comparisons = requiredBy(condition);
  const ofFew = comparisons.filter(isOfFew);
  const indexed = [...ofFew, ...comparisons.filter(isIndexed)];
  return { op: "and", conditions: indexed.slice(0, COMPARISONS_IN_SQL) };
}

/** Whether an index finds the few rows that can fulfil a condition. */
export function isFoundAmongFew(condition: Condition, { isOfFew }: Pick<Indexes, "isOfFew">): boolean {
  return requiredBy(condition).some(isOfFew);
}

/** Comparisons that a row must fulfil to fulfil the condition. */
function requiredBy(condition: Condition): readonly Comparison[] {
  const parts = condition.op === "and" ? condition.conditions : [condition];
  return parts.filter((part): part is Comparison => !("conditions" in part));
}
