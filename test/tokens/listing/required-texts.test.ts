import { expect, test } from "bun:test";
import { requiredTexts } from "../../../src/tokens/listing/required-texts.ts";

/** The required texts with a sign between them. */
function textsOf(source: string, caseInsensitive = false) {
  return requiredTexts({ source, caseInsensitive })?.texts.join("…") ?? null;
}

test.each([
  ["deploy", "deploy"],
  ["^deploy$", "deploy"],
  [String.raw`a\.b\\c`, String.raw`a.b\c`],
  ["ab.cde", "ab…cde"],
  ["abc*d", "ab…d"],
  ["abc+d", "abc…d"],
  ["abc{0,2}de", "ab…de"],
  ["abc{2,3}de", "abc…de"],
  ["abc{x", "abc{x"],
  ["😀?ab", "ab"],
  ["(abcdef)gh", "gh"],
  ["(a|b)cd?", "c"],
  ["(?i)ab", "ab"],
  ["ab(?i)*cd", "a…cd"],
  [String.raw`\Qa.b\Ecd`, "a.bcd"],
  [String.raw`\Qab\E*cd`, "a…cd"],
  [String.raw`[abc]de\dfgh`, "de…fgh"],
  [String.raw`\x{41}bc\pLd`, "bc…d"],
])("every match of %s contains %s", (source, text) => {
  expect(textsOf(source)).toBe(text);
});

test.each([
  "",
  "a|b",
  "abc|",
  "(abc)",
  "a?",
  "[abc]",
  ".*",
  String.raw`\d+`,
  "(?:ab)+",
  "x{0}",
  "ab+(?i)*",
  String.raw`\pL`,
])("no text is sure in each match of %p", (source) => {
  expect(textsOf(source)).toBeNull();
});

test("case does not count where the pattern or a flag in it says so", () => {
  const isFolded = (source: string, caseInsensitive: boolean) =>
    requiredTexts({ source, caseInsensitive })?.isFolded;
  expect(isFolded("ab", false)).toBe(false);
  expect(isFolded("ab", true)).toBe(true);
  expect(isFolded("ab(?i)cd", false)).toBe(true);
  expect(isFolded("ab(?i:c)d", false)).toBe(true);
});
