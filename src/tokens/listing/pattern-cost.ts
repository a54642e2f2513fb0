/** A part of a pattern that takes long to compile, and its cost in instructions. */
interface Part {
  readonly form: RegExp;
  readonly price: number;
}

const UNICODE_CLASS = /\\[pP]/g;

/** Each `\pL` is a table of hundreds of ranges. */
const PARTS: readonly Part[] = [{ form: UNICODE_CLASS, price: 16 }];

/**
 * Where capitals and small letters are the same, RE2JS looks up the other forms of every character of a range or
 * class. A range is wide if it ends beyond ASCII, or in a number.
 */
const FOLDED_PARTS: readonly Part[] = [
  { form: UNICODE_CLASS, price: 64 },
  { form: /-(?=[^\0-\x7f]|\\[x0-7])/g, price: 128 },
  { form: /-(?![^\0-\x7f]|\\[x0-7])/g, price: 4 },
  { form: /\\[dDsSwW]/g, price: 4 },
  { form: /\[:/g, price: 8 },
];

/** Flags that ignore case: `(?i)`, `(?i:`, `(?s-i`. */
export const IGNORES_CASE = /\(\?[imsU-]*i/;

/** How many characters cost as much as one instruction. */
const CHARACTERS = 16;

/**
 * How much compiling a pattern costs at least, in instructions. Computed from its text: compiling would take that long, and
 * some patterns fail late. Text in quotes counts as if it were none.
 */
export function compilingCost(source: string, caseInsensitive: boolean): number {
  const parts = caseInsensitive || IGNORES_CASE.test(source) ? FOLDED_PARTS : PARTS;
  const prices = parts.map(({ form, price }) => price * (source.match(form)?.length ?? 0));
  const reading = prices.reduce((total, price) => total + price, source.length / CHARACTERS);
  return Math.max(Math.ceil(reading), repeatedSize(source));
}

/** The end of a range in brackets: it may be any bracket but the last one. */
const RANGE_END = String.raw`(?:-(?!\])(?:\\[^]|[^\\]))?`;

/**
 * Named classes, escaped classes and characters or ranges in brackets. Right behind the first one, `]` is a character.
 * Brackets that are never closed reach to the end: were they no match, it would be looked for in countless ways.
 */
const BRACKETS = String.raw`\[\^?(?:\]${RANGE_END})?(?:\[:\^?\w+:\]|\\[dDsSwW]|\\[pP](?:\{[^}]*\}|[^])|(?:\\[^]|[^\]\\])${RANGE_END})*(?:\]|\\?$)`;

/** Anything else than these is one character. A repetition passes over flags, and over quotes with nothing in them. */
const TOKENS = new RegExp(
  [
    BRACKETS,
    String.raw`(?<nothing>\(\?[imsU-]*\)|\\Q(?:\\E|$))`,
    String.raw`\\Q(?<quoted>[^]*?)(?:\\E|$)`,
    String.raw`\\(?:x\{\w+\}|x\w\w|[pP](?:\{\^?\w+\}|\w)|[0-7]{1,3}|[^])`,
    String.raw`\{(?<least>\d+)(?<more>,(?<most>\d*))?\}\??`,
    String.raw`(?<repeating>[*+?]\??)`,
    String.raw`(?<open>\((?:\?(?:P?<\w+>|[imsU-]*:?))?)`,
    "[^]",
  ].join("|"),
  "gu",
);

/** The parts of a pattern, one after the other. The groups of each match are those of TOKENS. */
export function patternTokens(source: string): Iterable<RegExpExecArray> {
  return source.matchAll(TOKENS);
}

/** How many parts a pattern has once each repetition in numbers is written out, without the parts that it then joins. */
function repeatedSize(source: string): number {
  // The sizes of the open groups so far, and of the part that the next repetition repeats.
  const outer: number[] = [];
  let [group, last] = [0, 0];
  for (const [token, nothing, quoted, least, more, most, repeating, open] of patternTokens(source)) {
    if (nothing !== undefined) continue;
    if (open !== undefined) {
      outer.push(group);
      [group, last] = [0, 0];
    } else if (token === ")") {
      last = group;
      group += outer.pop() ?? 0;
    } else if (least !== undefined) {
      const size = repeated(last, Number(least), more === undefined ? Number(least) : Number(most));
      group += size - last;
      last = size;
    } else if (repeating !== undefined) {
      group += 1;
      last += 1;
    } else {
      last = 1;
      group += quoted?.length ?? 1;
    }
  }
  return outer.reduce((total, size) => total + size, group);
}

/** The size of a part that is repeated: each time that may be left out is one more. */
function repeated(size: number, least: number, most: number): number {
  return most < least
    ? Math.max(size, 1) * Math.max(least, 1)
    : Math.max(size, 1) * Math.max(most, 1) + most - least;
}
