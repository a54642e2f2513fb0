import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { codePoints, visible } from "../../src/tokens/visible-text.ts";

const anyText = fc.string({ unit: "binary", maxLength: 40 });

/** Characters of many kinds, hidden ones above all, so that a random text has several beside each other. */
const trickyText = fc
  .array(
    fc.constantFrom(
      ..."a 1 ⟨ U+ 202E ⟩ ⟨U+202E⟩ 👩 👧 ❤ 🇩 🇪 🏴 א".split(" "),
      ..."\u{e0067} \u200d \ufe0f \u20e3 \u0301 \u0332 \u202e \u3164 \u00a0 \ud800 \u{e0100}".split(" "),
      " ",
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(""));

/** The text that `visible` was given. */
function original(shown: string): string {
  return shown.replaceAll(/⟨U\+([0-9A-F]{4,6})⟩/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}

test.each(["0007", "202E", "200B", "E0100", "10FFFD"])(
  "a character that hides is shown by its number: %s",
  (hex) => {
    expect(visible(`a${String.fromCodePoint(Number.parseInt(hex, 16))}b`)).toBe(`a⟨U+${hex}⟩b`);
  },
);

test("each format, separator, control, private and unassigned character that there is, and few others", () => {
  const hidden = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
  const others: string[] = [];
  const missed: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    const isShown = visible(`a${character}b`) !== `a${character}b`;
    if (isShown && !hidden.test(character)) others.push(character);
    if (!isShown && hidden.test(character)) missed.push(character);
  }
  expect(missed).toEqual([]);
  expect(others).toEqual(["\u2800", "\ufffc", "\u{13441}", "\u{13442}", "\u{16fe4}", "\u{1d159}"]);
});

test("marks pile up four high, and only on letters, numbers and symbols", () => {
  expect(visible("e\u0301\u0301\u0301\u0301")).toBe("e\u0301\u0301\u0301\u0301");
  expect(visible("e\u0301\u0301\u0301\u0301\u0336\u20e3x")).toBe(
    "e\u0301\u0301\u0301\u0301⟨U+0336⟩⟨U+20E3⟩x",
  );
  expect(visible("\u0301a\u0301")).toBe("⟨U+0301⟩a\u0301");
  expect(visible('"\u0301a" \u0336')).toBe('"⟨U+0301⟩a" ⟨U+0336⟩');
  expect(visible("\u200b\u0301")).toBe("⟨U+200B⟩⟨U+0301⟩");
  expect(visible("7\u0305 ◌\u0301 न\u093f")).toBe("7\u0305 ◌\u0301 न\u093f");
});

describe("an emoji that Unicode recommends stays whole:", () => {
  test.each(["❤️", "👩‍👩‍👧", "👍🏽", "1️⃣", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "👁️‍🗨️", "©️", "a 👩🏾‍🚀 b"])("%s", (text) => {
    expect(visible(text)).toBe(text);
  });
});

test.each([
  ["1\ufe0f", "1⟨U+FE0F⟩"],
  ["a\ufe0f", "a⟨U+FE0F⟩"],
  ["❤️\ufe0f", "❤️⟨U+FE0F⟩"],
  ["a\u200db", "a⟨U+200D⟩b"],
  ["👩\u200d", "👩⟨U+200D⟩"],
  ["👩\u200dx", "👩⟨U+200D⟩x"],
  ["🏴\u{e0067}", "🏴⟨U+E0067⟩"],
  ["👧\u{e0067}\u{e007f}", "👧⟨U+E0067⟩⟨U+E007F⟩"],
])("what only looks like part of an emoji is marked: %j", (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test.each(["", " ", "a  b ", ..."CI né 東京 ağrı שלום नमस्ते ⟨x⟩ ⟨U+20⟩ 日本語（仮）".split(" ")])(
  "text that everybody sees stays as it is: %j",
  (text) => {
    expect(visible(text)).toBe(text);
  },
);

test("text that looks like a sign becomes distinct from one", () => {
  expect(visible("⟨U+202E⟩")).toBe("⟨U+27E8⟩U+202E⟩");
});

test("nothing hidden is left, and two different texts stay different", () => {
  const emoji = /\p{RGI_Emoji}/gv;
  fc.assert(
    fc.property(fc.oneof(anyText, trickyText), (text) => {
      const shown = visible(text);
      expect(shown.replaceAll(emoji, "")).not.toMatch(/(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u);
      expect(original(shown)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test("a character is counted once, however many units it has", () => {
  expect(["", "a", "é", "😀", "e\u0301"].map(codePoints)).toEqual([0, 1, 1, 1, 2]);
});
