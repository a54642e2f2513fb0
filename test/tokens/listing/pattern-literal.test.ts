import { expect, test } from "bun:test";
import { requiredLiteral } from "../../../src/tokens/listing/pattern-literal.ts";

function literalOf(source: string, caseInsensitive = false) {
  const literal = requiredLiteral({ source, caseInsensitive });
  return literal === null ? null : literal.text;
}

test.each([
  ["deploy", "deploy"],
  ["^deploy$", "deploy"],
  [String.raw`a\.b\\c`, String.raw`a.b\c`],
  ["ab.cde", "cde"],
  ["abc*d", "ab"],
  ["abc+", "ab"],
  ["abc{0,2}de", "ab"],
  ["abc{x", "abc{x"],
  ["😀?ab", "ab"],
  ["(abcdef)gh", "gh"],
  ["(a|b)cd", "cd"],
  ["(?i)ab", "ab"],
  ["ab(?i)*cd", "cd"],
  [String.raw`\Qa.b\Ecd`, "a.bcd"],
  [String.raw`\Qab\E*cd`, "cd"],
  [String.raw`[abc]de\dfgh`, "fgh"],
  [String.raw`\x{41}bc\pLd`, "bc"],
])("every match of %s contains %s", (source, text) => {
  expect(literalOf(source)).toBe(text);
});

test.each(["", "a|b", "abc|", "(abc)", "a?", "[abc]", ".*", String.raw`\d+`, "(?:ab)+", String.raw`\pL`])(
  "no text is sure in each match of %p",
  (source) => {
    expect(literalOf(source)).toBeNull();
  },
);

test("case does not count where the pattern or a flag in it says so", () => {
  const isFolded = (source: string, caseInsensitive: boolean) =>
    requiredLiteral({ source, caseInsensitive })?.isFolded;
  expect(isFolded("ab", false)).toBe(false);
  expect(isFolded("ab", true)).toBe(true);
  expect(isFolded("ab(?i)cd", false)).toBe(true);
  expect(isFolded("ab(?i:c)d", false)).toBe(true);
});
