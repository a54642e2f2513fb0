import type { UnixSeconds } from "../time.ts";
import { type Comparison, type Condition, type ListedResource, type Value, valuesOf } from "./listing.ts";

/** Whether the row fulfils the condition at that moment. */
export function fulfils<Row>(
  resource: ListedResource<Row>,
  row: Row,
  condition: Condition,
  now: UnixSeconds,
): boolean {
  switch (condition.op) {
    case "and":
      return condition.conditions.every((part) => fulfils(resource, row, part, now));
    case "or":
      return condition.conditions.some((part) => fulfils(resource, row, part, now));
    default:
      return holds(valuesOf(resource, row, condition.key, now), condition);
  }
}

/** Whether one of these values, or none, fulfils a comparison. */
export function holds(values: readonly Value[], comparison: Comparison): boolean {
  switch (comparison.op) {
    case "eq":
      return values.includes(comparison.value);
    case "in":
      return values.some((value) => setOf(comparison.values).has(value));
    case "nin":
      return values.every((value) => !setOf(comparison.values).has(value));
    case "exists":
      return values.length > 0 === comparison.value;
    case "lt":
      return values.some((value) => Number(value) < comparison.value);
    case "gt":
      return values.some((value) => Number(value) > comparison.value);
    case "regex":
      return values.some((value) => comparison.pattern.matches(String(value)));
  }
}

const sets = new WeakMap<readonly Value[], ReadonlySet<Value>>();

/** The values of a comparison, made ready once: there may be thousands, and each row is looked up in them. */
function setOf(values: readonly Value[]): ReadonlySet<Value> {
  const known = sets.get(values);
  if (known !== undefined) return known;
  const made = new Set(values);
  sets.set(values, made);
  return made;
}
