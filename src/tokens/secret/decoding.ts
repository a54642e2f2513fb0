/**
 * Decoded text. For each of its UTF-16 units, `starts` and `ends` give the part of the source that the unit was
 * decoded from.
 */
export interface Decoded {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

interface Decoder {
  readonly pattern: RegExp;
  readonly decode: (found: string, ...groups: readonly (string | undefined)[]) => string;
}

/** How many encodings, one inside another, are undone. */
const ROUNDS = 8;

/** The most UTF-16 units that decoding may make of a text that is shorter: some characters stand for 18 others. */
const GROWTH_LIMIT = 4000;

/** The decoders in the order of a round. Each one works on the result of the one before. */
const DECODERS: readonly Decoder[] = [
  // A percent sign that was encoded any number of times.
  { pattern: /%(?:25)+/g, decode: () => "%" },
  // URLs and quoted-printable. A malformed sequence does not stop the others. Overlong UTF-8 is decoded, too.
  {
    pattern:
      /[%=][0-7][\da-f]|[%=][cd][\da-f][%=][89ab][\da-f]|[%=]e[\da-f](?:[%=][89ab][\da-f]){2}|[%=]f[0-7](?:[%=][89ab][\da-f]){3}/gi,
    decode: fromUtf8,
  },
  // %u005f \u005f \u{5f} \x5f \137
  {
    pattern: /[%\\]u([\da-f]{4})|\\u\{0*([\da-f]{1,6})\}|\\x([\da-f]{2})/gi,
    decode: (_, ...hex) => fromCode(hex.find((digits) => digits !== undefined) ?? "", 16),
  },
  // Line ends and tabs, as JSON and shells write them.
  { pattern: /[\\`][nrt]/g, decode: () => "\n" },
  { pattern: /\\([0-3][0-7]{2})/g, decode: (_, octal = "") => fromCode(octal, 8) },
  // HTML and XML
  { pattern: /&#x0*([\da-f]{1,6});?/gi, decode: (_, hex = "") => fromCode(hex, 16) },
  { pattern: /&#0*(\d{1,7});?/g, decode: (_, decimal = "") => fromCode(decimal, 10) },
  {
    pattern: /&(amp|bsol|lowbar|num|percnt|semi|underbar);/gi,
    decode: (_, name = "") => ENTITIES[name.toLowerCase()] ?? "",
  },
  // Elements of HTML, and colours of a terminal, in the middle of a word.
  { pattern: /&(?:hyphen|nbsp|newline|shy|tab|zerowidthspace|zwj|zwnj);/gi, decode: () => "" },
  { pattern: /<\/?[a-z][^<>]{0,80}>/gi, decode: () => "" },
  { pattern: /\[\d{1,3}(?:;\d{1,3})*m/g, decode: () => "" },
  // Other forms of a letter, such as fullwidth; then marks on a letter, and invisible characters.
  { pattern: /[^\0-\x7f]/gu, decode: (character) => character.normalize("NFKD") },
  { pattern: /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{M}\p{Default_Ignorable_Code_Point}]+/gu, decode: () => "" },
];

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  bsol: "\\",
  lowbar: "_",
  num: "#",
  percnt: "%",
  semi: ";",
  underbar: "_",
};

export interface Decodings {
  /** The source, then the text after each decoder that changed it. */
  readonly steps: readonly Decoded[];
  /** The text in which nothing is left to decode; null if that takes more than `ROUNDS` rounds or grows too long. */
  readonly plain: Decoded | null;
}

/** A text that nothing was decoded of yet. */
export function undecoded(text: string): Decoded {
  return { text, ...positions(text.length) };
}

/** Undoes the encodings of URLs, forms, mail, scripts and web pages, also one inside another. */
export function decodings(source: Decoded, growthLimit = GROWTH_LIMIT): Decodings {
  const limit = Math.max(source.text.length, growthLimit);
  let last = source;
  const steps = [last];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { text } = last;
    for (const decoder of DECODERS) {
      const next = replaced(last, decoder);
      if (next.text !== last.text) steps.push(next);
      last = next;
      if (last.text.length > limit) return { steps, plain: null };
    }
    if (last.text === text) return { steps, plain: last };
  }
  return { steps, plain: null };
}

function positions(length: number): Omit<Decoded, "text"> {
  const starts = Array.from({ length }, (_, index) => index);
  return { starts, ends: starts.map((start) => start + 1) };
}

function replaced(decoded: Decoded, { pattern, decode }: Decoder): Decoded {
  if (decoded.text.search(pattern) === -1) return decoded;
  let text = "";
  let done = 0;
  const starts: number[] = [];
  const ends: number[] = [];
  const copyUntil = (end: number): void => {
    text += decoded.text.slice(done, end);
    for (; done < end; done += 1) {
      starts.push(decoded.starts[done] ?? 0);
      ends.push(decoded.ends[done] ?? 0);
    }
  };
  for (const match of decoded.text.matchAll(pattern)) {
    const [found, ...groups] = match;
    copyUntil(match.index);
    const character = decode(found, ...groups);
    done += found.length;
    text += character;
    for (let unit = 0; unit < character.length; unit += 1) {
      starts.push(decoded.starts[match.index] ?? 0);
      ends.push(decoded.ends[done - 1] ?? 0);
    }
  }
  copyUntil(decoded.text.length);
  return { text, starts, ends };
}

/** The character of bytes such as `%C3%A9`, which begin as UTF-8 has it. */
function fromUtf8(found: string): string {
  const [first = 0, ...rest] = found
    .split(/[%=]/)
    .slice(1)
    .map((hex) => Number.parseInt(hex, 16));
  const lead = first & (rest.length === 0 ? 0x7f : 0x3f >> rest.length);
  return fromNumber(rest.reduce((code, byte) => code * 64 + (byte & 0x3f), lead));
}

function fromCode(digits: string, radix: number): string {
  return fromNumber(Number.parseInt(digits, radix));
}

/** The character with that number; empty text if there is none. */
function fromNumber(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

/** The text without the characters that fit the pattern. */
export function withoutCharacters(decoded: Decoded, pattern: RegExp): Decoded {
  return replaced(decoded, { pattern, decode: () => "" });
}

const BASE64 = /[\w+/-]{24,}/g;

/**
 * The bytes, as characters, of each word that can be base64 or base64url. A word may begin before the base64 does, so
 * four starts are tried. NUL bytes are left out, so that UTF-16 reads as UTF-8 does.
 */
export function fromBase64(decoded: Decoded): readonly Decoded[] {
  return [...decoded.text.matchAll(BASE64)].flatMap(({ 0: word, index }) =>
    [0, 1, 2, 3].map((skipped) =>
      withoutCharacters(bytesOf(decoded, index + skipped, word.slice(skipped)), /\0+/g),
    ),
  );
}

/** The bytes of base64 digits that begin at `start` of the text, as characters. */
function bytesOf({ starts, ends }: Decoded, start: number, digits: string): Decoded {
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  const text = atob(whole.replaceAll("-", "+").replaceAll("_", "/"));
  const digitOf = Array.from(text, (_, byte) => start + Math.floor((byte * 4) / 3));
  return {
    text,
    starts: digitOf.map((digit) => starts[digit] ?? 0),
    ends: digitOf.map((digit) => ends[digit + 1] ?? 0),
  };
}
