import { expect, test } from "bun:test";
import { cheapPart, isCostly } from "../../src/store/list-cost.ts";
import { TOKEN_TABLE } from "../../src/store/token-row.ts";
import type { Condition } from "../../src/tokens/listing.ts";
import { compilePattern, type Pattern } from "../../src/tokens/pattern.ts";

const EXISTS: Condition = { op: "exists", key: "expires_at", value: true };
const OF_ID: Condition = { op: "eq", key: "id", value: "atok_1" };
const FOR_WIKI: Condition = { op: "eq", key: "audiences", value: "wiki" };
const MATCHING: Condition = { op: "regex", key: "description", pattern: pattern("a") };

function pattern(source: string): Pattern {
  const compiled = compilePattern(source, false);
  if (typeof compiled === "string") throw new Error(compiled);
  return compiled;
}

function times(count: number, condition: Condition): readonly Condition[] {
  return Array.from({ length: count }, () => condition);
}

test.each<[what: string, condition: Condition, costly: boolean]>([
  ["one comparison", EXISTS, false],
  ["six, however deep", { op: "or", conditions: [{ op: "and", conditions: times(6, EXISTS) }] }, false],
  ["seven", { op: "and", conditions: times(7, EXISTS) }, true],
  ["a pattern", { op: "and", conditions: [{ op: "or", conditions: [MATCHING] }] }, true],
  ["a list of values", FOR_WIKI, true],
])("%s", (_, condition, costly) => {
  expect(isCostly(condition, TOKEN_TABLE)).toBe(costly);
});

test("of a costly condition SQL gets what is cheap, what has an index first, and never more than a few", () => {
  const either: Condition = { op: "or", conditions: [OF_ID, EXISTS] };
  const condition: Condition = {
    op: "and",
    conditions: [MATCHING, FOR_WIKI, either, ...times(9, EXISTS), OF_ID],
  };
  expect(cheapPart(condition, TOKEN_TABLE)).toEqual({ op: "and", conditions: [OF_ID, ...times(5, EXISTS)] });
  expect(cheapPart({ op: "or", conditions: [OF_ID] }, TOKEN_TABLE)).toEqual({ op: "and", conditions: [] });
  expect(cheapPart(FOR_WIKI, TOKEN_TABLE)).toEqual({ op: "and", conditions: [] });
});
