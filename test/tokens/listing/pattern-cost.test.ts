import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { compilePattern, INSTRUCTION_LIMIT, NOT_RE2 } from "../../../src/tokens/listing/pattern.ts";
import { compilingCost } from "../../../src/tokens/listing/pattern-cost.ts";

const { raw } = String;

/** The size of a pattern, compiled. */
function compiledSize(source: string): number {
  return RE2JS.compile(source).programSize();
}

describe("usual patterns are cheap:", () => {
  test.each([
    "(?i)deploy",
    "[a-zA-Z0-9_-]+",
    raw`\p{L}+`,
    "^ci-[0-9]{1,4}$",
    raw`(?i)[\w.-]+@[a-z0-9-]+`,
    raw`^[[:alpha:]][[:alnum:]]*$`,
    raw`(?i)^\p{Lu}\pL* (bot|runner)$`,
    "([0-9a-f]{2}:){5}[0-9a-f]{2}",
  ])("%s", (source) => {
    expect(compilingCost(source, false)).toBeLessThan(INSTRUCTION_LIMIT / 3);
    expect(compilePattern(source, false)).toMatchObject({ source });
  });
});

describe("patterns that take long to compile are dear, with and without a fault at the end:", () => {
  const WIDE = "Ā-\u{10ffff}";
  test.each<[kind: string, source: string, least?: number]>([
    ["wide ranges", `(?i)[${WIDE.repeat(83)}]`],
    ["few wide ranges", `(?i)[${WIDE.repeat(4)}]`],
    ["wide ranges in one group", `a(?i:[${WIDE.repeat(80)}])`],
    ["wide ranges after other flags", `(?ms-U)(?Umi)[${WIDE.repeat(70)}]`],
    ["wide ranges halfway", `abc|(?i)[${WIDE.repeat(80)}]`],
    ["wide ranges by number", `(?i)[${raw`a-\x{10ffff}`.repeat(20)}]`],
    ["wide ranges by octal number", `(?i)[${raw`\0-\777`.repeat(30)}]`],
    ["wide ranges in many classes", `(?i)${`[${WIDE}]`.repeat(50)}`],
    ["narrow ranges", `(?i)[${" -~".repeat(83)}]`, 300],
    ["named classes", `(?i)[${"[:ascii:]".repeat(27)}]`, 200],
    ["classes of letters and digits", raw`(?i)[${"\\w".repeat(124)}]`, 490],
    ["all but letters", `[${raw`\PL`.repeat(80)}]`],
    ["classes of Unicode in a row", raw`\p{Ll}|`.repeat(36)],
    ["a class of Unicode, repeated", raw`^\PL{1000}`],
    ["repetitions in a row", "a{1000}".repeat(36)],
    ["repetitions of groups", raw`(?:(?:\PL{10}){10}){10}`],
    ["a repetition after brackets that are characters", raw`(?:\PL{30}[(\]]\(\Q(\E){30}`],
    ["a repetition after brackets at the end of a range", raw`(?:\PL{30}[!-[:word:]){30}]`],
    ["a repetition over flags", "a{30}(?i){30}"],
    ["a repetition over an empty quotation", raw`a{30}\Q\E{30}`],
    ["a repetition of what an operator repeats", "(?:a{30})*(?s){30}"],
  ])("%s", (...[, source, least = INSTRUCTION_LIMIT + 1]) => {
    expect(compilingCost(source, false)).toBeGreaterThanOrEqual(least);
    expect(compilingCost(`${source}(`, false)).toBeGreaterThanOrEqual(least);
  });
});

describe("characters that repeat nothing are not counted:", () => {
  test.each([
    raw`\{1000\}`,
    raw`\Qa{1000}\E`,
    "[{1000}]{3}",
    "[]{1000}]",
    "[^]{1000}]",
    "[[:word:]{1000}]",
    raw`[\pL-{1000}]`,
    raw`\x{41}{3}`,
    raw`\x41{3}`,
    raw`\p{Lu}{3}`,
    "a{,1000}",
    "(?P<name>ab){3}",
    "(?:(?:a?){100}a{100}$|.*!$)",
    raw`\Qab\E{20}`,
    "a{2,}",
    "a{400}?",
  ])("%s", (source) => {
    expect(compilingCost(source, false)).toBeLessThanOrEqual(compiledSize(source) + 16);
  });
});

test("a pattern that fails late is refused before it is read to its end", () => {
  expect(compilePattern("(?i)[Ā-\u{10ffff}](", false)).toBe(NOT_RE2);
  expect(compilePattern(`(?i)[${"Ā-\u{10ffff}".repeat(4)}](`, false)).not.toBe(NOT_RE2);
});

test.each(["[", "[^", "[]", "[[:", "(?i)[-", "a["])("open brackets are read once: %s", (open) => {
  const many = open + raw`\W^\pL[a-\]`.repeat(22);
  for (const end of ["", "\\", "-", raw`\p{`, "[:"]) {
    expect(compilingCost(many + end, false)).toBeGreaterThan(300);
    expect(compilePattern(many + end, false)).toBeString();
  }
});

test("no pattern is much larger, compiled, than its computed cost", () => {
  const parts =
    "a [ ] [^ ( (?: ) | * ? {30} {0,30} {3} {10} {2,} (?i) \\Q \\E \\ [:word:] [^] [] [- - (?P<a> ^ 😀 {30}?";
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts.split(" ")), { maxLength: 14 }), (pieces) => {
      const source = pieces.join("");
      const pattern = compilePattern(source, false);
      if (typeof pattern === "string") return;
      expect(compiledSize(source)).toBeLessThanOrEqual(3 * (compilingCost(source, false) + 8));
    }),
    { numRuns: 2000 },
  );
});
