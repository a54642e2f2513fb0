import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compilePattern, TOO_LARGE } from "../../../src/tokens/listing/pattern.ts";
import { compiled } from "../../support/compiled-pattern.ts";

const { raw } = String;

const SYNTAX = "must be a regular expression in RE2 syntax";
const TOO_LONG = "must have at most 256 characters";

describe("a pattern matches", () => {
  test.each([
    ["", "", true],
    ["", "anything", true],
    ["CI", "the CI of the shop", true],
    ["CI", "the ci of the shop", false],
    ["^the.*CI$", "the old CI", true],
    ["[[:upper:]]", "aBc", true],
    [raw`\bCI\b`, "a CI b", true],
    [raw`\pL`, "東", true],
    [raw`\x{1F600}`, "😀", true],
    [raw`\Qa.b*\E`, "a.b*", true],
    ["^.$", "😀", true],
    ["(?i)ci", "CI", true],
    ["(?<name>a)b", "ab", true],
    ["(?U)a+", "aa", true],
  ])("%p in %p: %p", (source, text, expected) => {
    expect(compiled(source).matches(text)).toBe(expected);
  });

  test.each([
    ["straße", "STRAßE", true],
    ["ÉTÉ", "été", true],
    ["λόγος", "ΛΌΓΟΣ", true],
    ["[a-c]+", "B", true],
    ["k", "\u212a", true],
    ["CI", "ce", false],
  ])("%p in %p without regard to case: %p", (source, text, expected) => {
    expect(compiled(source, true).matches(text)).toBe(expected);
    expect(compiled(source).matches(text)).toBe(false);
  });

  test("the same text again, after a text that it does not match", () => {
    const pattern = compiled("b");
    expect(["b", "a", "ab", "b"].map(pattern.matches)).toEqual([true, false, true, true]);
  });
});

test("a pattern has its source and its regard to case", () => {
  expect(compiled("a+", true)).toMatchObject({ source: "a+", caseInsensitive: true });
  expect(compiled("a+")).toMatchObject({ source: "a+", caseInsensitive: false });
});

describe("what RE2 has not is refused", () => {
  test.each([
    ["a look-ahead", "a(?=b)"],
    ["a look-behind", "(?<=a)b"],
    ["a back-reference", raw`(a)\1`],
    ["a back-reference by name", raw`(?<n>a)\k<n>`],
    ["an atomic group", "(?>a)"],
    ["a possessive repetition", "a++"],
    ["any byte", raw`\C`],
    ["an escape of JavaScript", raw`\u0041`],
    ["a repetition backwards", "a{2,1}"],
    ["an open group", "(a"],
    ["an unknown class", raw`\p{Klingon}`],
  ])("%s", (_, source) => {
    expect(compilePattern(source, false)).toBe(SYNTAX);
    expect(compilePattern(source, true)).toBe(SYNTAX);
  });
});

describe("a pattern is bounded", () => {
  test("in length", () => {
    expect(compiled("a".repeat(256)).matches("a".repeat(256))).toBe(true);
    expect(compilePattern("a".repeat(257), false)).toBe(TOO_LONG);
  });

  test.each([
    ["most of a description", "^.{0,250}$", true],
    ["a whole description", "^.{0,500}$", false],
    ["many letters", "a{500}", true],
    ["a thousand letters", "a{1000}", false],
    ["repetitions in each other", "((a{1,10}){1,10}){1,10}", false],
    ["a long repetition of long ones", "(.{0,30}){33}", false],
    ["long repetitions in a row", "a{500}b{500}c{500}", false],
    ["more repetitions than RE2 has", "a{1001}", false],
    ["a long repetition before a fault", "a{1000}(", false],
  ])("in size: %s", (_, source, fits) => {
    const pattern = compilePattern(source, false);
    expect(typeof pattern === "string" ? pattern : "fits").toBe(fits ? "fits" : TOO_LARGE);
  });

  test.each([
    ["a word in another script", "überprüft", true],
    ["many words in another script", "развертывание".repeat(10), true],
    ["letters and digits", "[a-zA-Z0-9_-]+", true],
    ["a class of Unicode", raw`\pL+`, true],
    [
      "many wide ranges",
      raw`[\x{0}-\x{10ffff}\x{12c}-\x{10ffff}\x{200}-\x{10ffff}\x{300}-\x{10ffff}]`,
      false,
    ],
    ["many classes of Unicode", raw`[\pL\pN\pS\pP\pM\pZ\pC\p{Lu}\p{Ll}]`, false],
  ])("in what capitals and small letters cost: %s", (_, source, fits) => {
    for (const pattern of [
      compilePattern(source, true),
      compilePattern(`(?i)${source}`, false),
      compilePattern(`(?s-m:(?U:(?mi:${source})))`, false),
    ])
      expect(typeof pattern === "string" ? pattern : "fits").toBe(fits ? "fits" : TOO_LARGE);
  });

  // An engine that backtracks is lost in the first branch, and comes to the second one never or too late.
  test.each(["(a+)+", "(a|aa)+", "(a|a?)+", "(a*)*", "([a-z]+)*", "(?:a?){100}a{100}", "(.*)*(.*)*(.*)*b"])(
    "in time: %p is no harder than any other",
    (evil) => {
      expect(compiled(`^(?:${evil}$|.*!$)`).matches(`${"a".repeat(499)}!`)).toBe(true);
      expect(compiled(`^${evil}$`).matches(`${"a".repeat(499)}!`)).toBe(false);
    },
  );
});

test("any text is a pattern or is refused with a sentence, and matching never throws", () => {
  const characters = "( ) [ ] { } * + ? | ^ $ . \\ - , 0 9 a é 😀 \ud83d \n \0".split(" ");
  const runs = "(? i : < P = ! > \\b \\d \\x \\Q \\E \\p [[: alpha:]]".split(" ");
  const grammar = fc.array(fc.constantFrom(...characters, ...runs), { maxLength: 40 });
  const source = fc.oneof(
    grammar.map((pieces) => pieces.join("")),
    fc.string({ unit: "binary", maxLength: 260 }),
  );
  fc.assert(
    fc.property(source, fc.boolean(), fc.string({ unit: "binary" }), (text, caseInsensitive, description) => {
      const pattern = compilePattern(text, caseInsensitive);
      if (typeof pattern === "string") expect([SYNTAX, TOO_LARGE, TOO_LONG]).toContain(pattern);
      else expect(typeof pattern.matches(description)).toBe("boolean");
    }),
    { numRuns: 300 },
  );
});
