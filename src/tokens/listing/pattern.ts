import { RE2JS, RE2JSException } from "re2js";
import { codePoints } from "../visible-text.ts";
import { compilingCost } from "./pattern-cost.ts";

/** The longest pattern, in code points. */
export const PATTERN_LIMIT = 256;

/**
 * How large the patterns of one list may be together, compiled, in instructions. Matching is linear in the text. The
 * cost of a new text grows with the square of the pattern: at this limit it is a few hundredths of a second.
 */
export const INSTRUCTION_LIMIT = 512;

export const TOO_LARGE = "must be simpler: the patterns of one list add up to too much";

export const NOT_RE2 = "must be a regular expression in RE2 syntax";

export interface Pattern {
  readonly source: string;
  readonly caseInsensitive: boolean;
  /** In instructions. */
  readonly size: number;
  readonly matches: (text: string) => boolean;
}

/**
 * Compiles a pattern of RE2, of `limit` instructions at most. It matches anywhere in a text and never backtracks. For a
 * faulty pattern, returns the end of a sentence that begins with its name.
 * Syntax: https://github.com/google/re2/wiki/Syntax
 */
export function compilePattern(
  source: string,
  caseInsensitive: boolean,
  limit = INSTRUCTION_LIMIT,
): Pattern | string {
  if (codePoints(source) > PATTERN_LIMIT) return `must have at most ${PATTERN_LIMIT} characters`;
  const price = compilingCost(source, caseInsensitive);
  if (price > limit) return TOO_LARGE;
  try {
    const expression = RE2JS.compile(source, caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0);
    const size = Math.max(expression.programSize(), price);
    if (size > limit) return TOO_LARGE;
    return { source, caseInsensitive, size, matches: (text) => expression.test(text) };
  } catch (error) {
    if (error instanceof RE2JSException) return NOT_RE2;
    throw error;
  }
}
