import { type Comparison, type Condition, someCondition } from "../tokens/listing.ts";
import type { Columns } from "./list-sql.ts";

/** How many comparisons SQL makes with each row: it lets nothing else go on before it has found one. */
const COMPARISONS_IN_SQL = 6;

/** Whether a condition is beyond SQL, or would take long there, row after row in one piece. */
export function isCostly(condition: Condition, columns: Columns): boolean {
  let comparisons = 0;
  return someCondition(condition, (part) => {
    if ("conditions" in part) return false;
    comparisons += 1;
    return comparisons > COMPARISONS_IN_SQL || !isCheap(part, columns);
  });
}

/** What SQL may look at of a costly condition: no row that fulfils the whole is lost, and what has an index is found by it. */
export function cheapPart(condition: Condition, columns: Columns): Condition {
  const parts = condition.op === "and" ? condition.conditions : [condition];
  const cheap = parts.filter((part) => !("conditions" in part) && isCheap(part, columns));
  const [exact, other] = [cheap.filter(({ op }) => op === "eq"), cheap.filter(({ op }) => op !== "eq")];
  return { op: "and", conditions: [...exact, ...other].slice(0, COMPARISONS_IN_SQL) };
}

function isCheap({ op, key }: Comparison, { resource }: Columns): boolean {
  return op !== "regex" && resource.keys[key]?.several !== true;
}
