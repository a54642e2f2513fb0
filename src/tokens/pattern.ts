import { RE2JS, RE2JSException } from "re2js";
import { codePoints } from "./text.ts";

/** The longest pattern, in code points. */
export const PATTERN_LIMIT = 256;

/**
 * How large the patterns of one list may be together, compiled, in instructions. Matching is linear in the text,
 * but what a new text costs grows with the square of the pattern: with this it is a few hundredths of a second.
 */
export const INSTRUCTION_LIMIT = 512;

export const TOO_LARGE = "must be simpler: the repetitions in the patterns add up to too much";

export interface Pattern {
  readonly source: string;
  readonly caseInsensitive: boolean;
  /** In instructions. */
  readonly size: number;
  readonly matches: (text: string) => boolean;
}

/**
 * A pattern of RE2, of `limit` instructions at most, which finds its text anywhere and never backtracks. Returns what is wrong with it, as the
 * end of a sentence that begins with its name, if it is not one.
 * Syntax: https://github.com/google/re2/wiki/Syntax
 */
export function compilePattern(
  source: string,
  caseInsensitive: boolean,
  limit = INSTRUCTION_LIMIT,
): Pattern | string {
  if (codePoints(source) > PATTERN_LIMIT) return `must have at most ${PATTERN_LIMIT} characters`;
  try {
    if (caseInsensitive && foldedSize(source) > limit) return TOO_LARGE;
    const expression = RE2JS.compile(source, caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0);
    const size = expression.programSize() + (caseInsensitive ? foldedSize(source) : 0);
    if (size > limit) return TOO_LARGE;
    return { source, caseInsensitive, size, matches: (text) => expression.test(text) };
  } catch (error) {
    if (error instanceof RE2JSException) return "must be a regular expression in RE2 syntax";
    throw error;
  }
}

/** What compiling one range beyond ASCII costs where capitals and small letters are the same, in instructions. */
const FOLDED_RANGE_SIZE = 64;

/** A range or class that can have characters beyond ASCII in it. */
const WIDE_RANGE = /\\x\{|\\[pP]|[^\0-\x7f]/g;

/** RE2JS looks at every character of a range for its other forms, which takes longer than all else. */
function foldedSize(source: string): number {
  return FOLDED_RANGE_SIZE * (source.match(WIDE_RANGE)?.length ?? 0);
}
