import fc from "fast-check";

type Encode = (character: string) => string;

const code = (character: string) => character.codePointAt(0) ?? 0;
const hex = (character: string, width = 2) => code(character).toString(16).padStart(width, "0");
const percent = (bytes: readonly number[], sign = "%") =>
  bytes.map((byte) => sign + byte.toString(16).padStart(2, "0")).join("");

/** The same ASCII character in a form that NFKC takes back to it. */
function fullWidth(character: string): string {
  return String.fromCodePoint(code(character) + 0xfee0);
}

/** A letter of mathematics in place of a small letter. */
function mathematical(character: string): string {
  return /[a-z]/.test(character) ? String.fromCodePoint(0x1d41a + code(character) - 0x61) : character;
}

/** Ways to write an ASCII letter, digit or underscore that some program takes for the character itself. */
const ENCODERS: readonly Encode[] = [
  (character) => character,
  (character) => `%${hex(character)}`,
  (character) => `%${hex(character).toUpperCase()}`,
  (character) => `%25${hex(character)}`,
  (character) => `%252525${hex(character)}`,
  (character) => percent([0xc0 | (code(character) >> 6), 0x80 | (code(character) & 0x3f)]),
  (character) => percent([0xe0, 0x80 | (code(character) >> 6), 0x80 | (code(character) & 0x3f)]),
  (character) => percent([0xf0, 0x80, 0x80 | (code(character) >> 6), 0x80 | (code(character) & 0x3f)]),
  (character) => `=${hex(character).toUpperCase()}`,
  (character) => `%u${hex(character, 4)}`,
  (character) => `\\u${hex(character, 4)}`,
  (character) => `\\u{${hex(character)}}`,
  (character) => `\\x${hex(character).toUpperCase()}`,
  (character) => `\\${code(character).toString(8).padStart(3, "0")}`,
  (character) => `&#${code(character)};`,
  (character) => `&#x${hex(character)};`,
  (character) => `&#X0000${hex(character)};`,
  (character) => (character === "_" ? "&lowbar;" : character),
  (character) => `&amp;#${code(character)};`,
  fullWidth,
  mathematical,
  (character) => encodeURIComponent(fullWidth(character)),
  (character) => encodeURIComponent(mathematical(character)),
];

/** Characters that no reader sees, in several encodings. */
const BETWEEN = ["", "", "\u200b", "\0", "%00", "%E2%80%8B", "&#8203;", "\u0301", "%0a", "\u{e0101}"];

/** Every character of the text, written again in one way. */
function every(text: string, encode: Encode): string {
  return Array.from(text, (character) => (code(character) < 0x80 ? encode(character) : character)).join("");
}

const twice: readonly Encode[] = [
  (character) => character,
  (character) => `%${hex(character)}`,
  (character) => `&#${code(character)};`,
];

/** The text with each of its characters written in some way, some in one inside another, and things between them. */
export function encoded(text: string): fc.Arbitrary<string> {
  const ways = fc.tuple(
    fc.constantFrom(...ENCODERS),
    fc.constantFrom(...twice),
    fc.constantFrom(...twice),
    fc.constantFrom(...BETWEEN),
  );
  return fc.array(ways, { minLength: text.length, maxLength: text.length }).map((chosen) =>
    chosen
      .map(([first, second, third, between], place) => {
        const written = every(every(first(text.charAt(place)), second), third);
        return place === 0 ? written : between + written;
      })
      .join(""),
  );
}
