import { Database, type SQLQueryBindings } from "bun:sqlite";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { conditionSql } from "../../../../src/store/sqlite/list/condition-sql.ts";
import { TOKEN_TABLE } from "../../../../src/store/sqlite/token-row.ts";
import { compilePattern, type Pattern } from "../../../../src/tokens/listing/pattern.ts";

/** Parts of patterns and texts, with the letters that fold beyond ASCII. */
const LETTERS = [..."aBkKsS\u212a\u017féÉßẞ%_\\ 1😀"];
const PARTS = [
  "a",
  "B",
  "k",
  "s",
  "é",
  "ß",
  "%",
  "_",
  " ",
  "1",
  "😀",
  "\u212a",
  "\u017f",
  String.raw`\\`,
  String.raw`\.`,
];
const MORE = [
  ".",
  "^",
  "$",
  "[ab]",
  "[^a]",
  "a|B",
  "(?:a|é)",
  "(k)",
  "a*",
  "k+",
  "s?",
  "B{0,2}",
  "B{2}",
  String.raw`\d`,
];
const RARE = [
  "(?i)",
  "a+(?i)*",
  String.raw`k{2}\Q\E{0,1}`,
  "(?i:k)",
  "(?-i)",
  "|",
  String.raw`\Qk.\E`,
  String.raw`\Qs\E*`,
  String.raw`\x{6b}`,
  String.raw`\pL`,
];

const text = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 8 });
const source = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...PARTS) },
      fc.constantFrom(...MORE),
      fc.constantFrom(...RARE),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

function compiled(source: string, caseInsensitive: boolean): Pattern | null {
  const pattern = compilePattern(source, caseInsensitive);
  return typeof pattern === "string" ? null : pattern;
}

test("SQL leaves out no text that a pattern matches", () => {
  using database = new Database(":memory:");
  let matches = 0;
  fc.assert(
    fc.property(
      source,
      fc.boolean(),
      fc.array(text, { minLength: 8, maxLength: 8 }),
      (source, isFolded, texts) => {
        const pattern = compiled(source, isFolded);
        if (pattern === null) return;
        const { sql, values } = conditionSql({ op: "regex", key: "description", pattern }, TOKEN_TABLE);
        const found = database.query<{ found: number }, SQLQueryBindings[]>(
          `SELECT ${sql} AS found FROM (SELECT ? AS description)`,
        );
        // The text of a pattern itself often matches.
        for (const description of [source, ...texts].filter((one) => pattern.matches(one))) {
          matches += 1;
          expect([description, found.get(...values, description)?.found]).toEqual([description, 1]);
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(matches).toBeGreaterThan(1000);
});

test("of the letters of ASCII, only k and s have other forms beyond it", () => {
  const others = compiled("^[a-jl-rt-z]$", true);
  const both = compiled("^[ks]$", true);
  const beyond = Array.from({ length: 0x110000 - 0x80 }, (_, index) => 0x80 + index)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code));
  expect(beyond.filter((character) => others?.matches(character))).toEqual([]);
  expect(beyond.filter((character) => both?.matches(character))).toEqual(["\u017f", "\u212a"]);
});
