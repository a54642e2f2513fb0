import {
  type Comparison,
  type Condition,
  type Identified,
  type Position,
  type Sort,
  someCondition,
} from "../../../tokens/listing/listing.ts";
import type { Pattern } from "../../../tokens/listing/pattern.ts";
import { requiredTexts } from "../../../tokens/listing/required-texts.ts";
import {
  allOf,
  FALSE,
  type Fragment,
  joined,
  type ListTable,
  raw,
  sql,
  TRUE,
  valuesSql,
} from "./list-sql.ts";

type AnyTable = Pick<ListTable<Identified, never>, "comparisonSql" | "place" | "table">;

/**
 * A condition on columns in SQL. It is exact, apart from patterns: of those, SQL looks for texts that every match
 * contains, so that it also finds other rows.
 */
export function conditionSql(condition: Condition, table: AnyTable): Fragment {
  switch (condition.op) {
    case "and":
      return condition.conditions.length === 0 ? TRUE : nested(condition.conditions, " AND ", table);
    case "or":
      return condition.conditions.length === 0 ? FALSE : nested(condition.conditions, " OR ", table);
    default:
      return table.comparisonSql(condition) ?? columnSql(condition);
  }
}

function nested(conditions: readonly Condition[], word: string, table: AnyTable): Fragment {
  return sql`(${joined(
    conditions.map((part) => conditionSql(part, table)),
    word,
  )})`;
}

function columnSql(comparison: Comparison): Fragment {
  const column = raw(comparison.key);
  switch (comparison.op) {
    case "eq":
      return sql`${column} = ${comparison.value}`;
    case "lt":
      return sql`${column} < ${comparison.value}`;
    case "gt":
      return sql`${column} > ${comparison.value}`;
    case "exists":
      return comparison.value ? sql`${column} IS NOT NULL` : sql`${column} IS NULL`;
    case "in":
      return sql`${column} IN ${valuesSql(comparison.values)}`;
    case "nin":
      return sql`(${column} IS NULL OR ${column} NOT IN ${valuesSql(comparison.values)})`;
    case "regex":
      return likeSql(column, comparison.pattern);
  }
}

/** The characters with a meaning for LIKE. https://www.sqlite.org/lang_expr.html#like */
const LIKE_SIGNS = /[\\%_]/g;

/**
 * The characters that RE2 finds in other forms than those of ASCII too, where case does not count: `k` in the sign of
 * kelvin, `s` in the long s, and all beyond ASCII. LIKE folds the case of ASCII alone.
 */
const FOLDED_BEYOND_ASCII = /[ks\u0080-\u{10ffff}]/giu;

function likeSql(column: Fragment, pattern: Pattern): Fragment {
  const required = requiredTexts(pattern);
  if (required === null) return sql`${column} IS NOT NULL`;
  const texts = required.texts.map((text) => {
    const escaped = text.replaceAll(LIKE_SIGNS, "\\$&");
    return required.isFolded ? escaped.replaceAll(FOLDED_BEYOND_ASCII, "_") : escaped;
  });
  return sql`${column} LIKE ${`%${texts.join("%")}%`} ESCAPE '\\'`;
}

export function hasPattern(condition: Condition): boolean {
  return someCondition(condition, ({ op }) => op === "regex");
}

/** Comparisons that a row must fulfil to fulfil the condition. */
export function requiredBy(condition: Condition): readonly Comparison[] {
  if (!("conditions" in condition)) return [condition];
  return condition.op === "and" ? condition.conditions.flatMap(requiredBy) : [];
}

/** The rows behind a position in an order that ends with the id. */
export function behindSql(sorts: readonly Sort[], position: Position, table: AnyTable): Fragment {
  const ways = sorts.map((sort, index) =>
    allOf([
      ...sorts.slice(0, index).map(({ key }, before) => sql`${raw(key)} IS ${position[before] ?? null}`),
      beyond(sort, position[index] ?? null, table),
    ]),
  );
  return sql`(${joined(ways, " OR ")})`;
}

/** Nulls come last in both directions. */
function beyond({ key, direction }: Sort, value: Position[number], table: AnyTable): Fragment {
  if (key === "id") return beyondId(String(value), direction, table);
  if (value === null) return FALSE;
  return sql`(${raw(key)} ${raw(direction === "asc" ? ">" : "<")} ${value} OR ${raw(key)} IS NULL)`;
}

/** The token with the id may be missing, as after a restore: then its neighbour stands for it. */
function beyondId(id: string, direction: Sort["direction"], { table, place }: AnyTable): Fragment {
  const isUp = direction === "asc";
  if (place === "id") return sql`id ${raw(isUp ? ">" : "<")} ${id}`;
  const from = raw(table);
  return isUp
    ? sql`${raw(place)} > coalesce((SELECT ${raw(place)} FROM ${from} WHERE id <= ${id} ORDER BY id DESC LIMIT 1), 0)`
    : sql`${raw(place)} < coalesce((SELECT ${raw(place)} FROM ${from} WHERE id >= ${id} ORDER BY id LIMIT 1), 9e18)`;
}

/** The order of a list, as in `ORDER BY`. `place` is the column in the order of ids. */
export function orderSql(sorts: readonly Sort[], place: string): Fragment {
  const terms = sorts.map(({ key, direction }) =>
    key === "id" ? `${place} ${direction}` : `${key} ${direction} NULLS LAST`,
  );
  return raw(terms.join(", "));
}
