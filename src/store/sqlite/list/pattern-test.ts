import type { SQLQueryBindings } from "bun:sqlite";
import type { Condition } from "../../../tokens/listing/listing.ts";
import { conditionSql, hasPattern } from "./condition-sql.ts";
import { type Fragment, raw } from "./list-sql.ts";

/** The values of a row, under `c0`, `c1` and so on. */
export type TestedRow = Readonly<Record<string, SQLQueryBindings>>;

type Test = (row: TestedRow) => boolean;

/** Tests a row of which SQL reads only some columns. */
export interface PatternTest {
  /** As in `SELECT`. */
  readonly columns: readonly Fragment[];
  readonly holds: Test;
}

/** The test for the patterns of a condition: SQL decides all other parts. */
export function patternTest(condition: Condition, table: Parameters<typeof conditionSql>[1]): PatternTest {
  const columns: Fragment[] = [];
  const named = (column: Fragment) => {
    columns.push({ ...column, sql: `${column.sql} AS c${columns.length}` });
    return `c${columns.length - 1}`;
  };
  const testOf = (part: Condition): Test => {
    if (part.op === "regex") return matching(named(raw(part.key)), part.pattern.matches);
    if ("conditions" in part && hasPattern(part)) {
      const tests = part.conditions.map(testOf);
      return part.op === "or"
        ? (row) => tests.some((test) => test(row))
        : (row) => tests.every((test) => test(row));
    }
    const name = named(conditionSql(part, table));
    return (row) => row[name] === 1;
  };
  const tests = conjuncts(condition).filter(hasPattern).map(testOf);
  return { columns, holds: (row) => tests.every((test) => test(row)) };
}

/** The parts that must all be fulfilled. SQL decides those without a pattern by itself. */
function conjuncts(condition: Condition): readonly Condition[] {
  return condition.op === "and" ? condition.conditions.flatMap(conjuncts) : [condition];
}

/** Rows with the same text often follow each other: an index has them in order. */
function matching(name: string, matches: (text: string) => boolean): Test {
  let [last, isMatch]: [SQLQueryBindings, boolean] = [null, false];
  return (row) => {
    const text = row[name] ?? null;
    if (text === last) return isMatch;
    last = text;
    isMatch = text !== null && matches(String(text));
    return isMatch;
  };
}
