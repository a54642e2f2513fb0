import { RE2JS, RE2JSException } from "re2js";
import { codePoints } from "./text.ts";

/** The longest pattern, in code points. */
export const PATTERN_LIMIT = 256;

/**
 * The largest compiled pattern, in instructions: room for `.{0,500}`, so for a whole description. Matching is
 * linear in the text, but every step costs as much as the pattern is large, and one step must not be felt.
 */
const INSTRUCTION_LIMIT = 1024;

export interface Pattern {
  readonly source: string;
  readonly caseInsensitive: boolean;
  readonly matches: (text: string) => boolean;
}

/**
 * A pattern of RE2, which finds its text anywhere and never backtracks. Returns what is wrong with it, as the
 * end of a sentence that begins with its name, if it is not one.
 * Syntax: https://github.com/google/re2/wiki/Syntax
 */
export function compilePattern(source: string, caseInsensitive: boolean): Pattern | string {
  if (codePoints(source) > PATTERN_LIMIT) return `must have at most ${PATTERN_LIMIT} characters`;
  try {
    const expression = RE2JS.compile(source, caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0);
    if (expression.programSize() > INSTRUCTION_LIMIT)
      return "must be simpler: its repetitions add up to too much";
    return { source, caseInsensitive, matches: (text) => expression.test(text) };
  } catch (error) {
    if (error instanceof RE2JSException) return "must be a regular expression in RE2 syntax";
    throw error;
  }
}
