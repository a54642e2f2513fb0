import { type Decoded, decodings, fromBase64, undecoded, withoutCharacters } from "./decoding.ts";
import { BARE_SECRET_ANYWHERE, isSecret, SECRET_ANYWHERE, SECRET_LENGTH, SECRET_PREFIX } from "./secret.ts";

/** Stands in the place of a secret. */
const REMOVED = `${SECRET_PREFIX}[removed]`;
const UNREADABLE = "[removed: encoded too many times]";

/** A short text without any of these holds no secret in any encoding. Most texts are like that. */
const SUSPICIOUS = new RegExp(String.raw`[%=\\&]|[^\x20-\x7e]|${SECRET_PREFIX}|[\w+/-]{24,}`, "i");

/** A secret, or so much of one that it must not be stored. */
const WITH_PREFIX = new RegExp(`${SECRET_PREFIX}[0-9A-Za-z_]{10,}`, "gi");
/** Characters that can be put between those of a secret, such as spaces and hyphens. */
const NOT_A_DIGIT = /[^0-9A-Za-z]+/g;
/** The letters of the prefix, and how many characters follow the prefix. */
const PREFIX_LETTERS = SECRET_PREFIX.replaceAll("_", "");
const BODY_LENGTH = SECRET_LENGTH - SECRET_PREFIX.length;

/** How many times base64 in base64 is decoded, as in a secret of Kubernetes that holds one of Docker. */
const BASE64_DEPTH = 2;
/** The same limit as for a whole text, for one of the many texts that base64 can stand for. */
const INNER_GROWTH_LIMIT = 500;
/** The text between two lines of base64, such as `" + "`: no digit of base64, and no sign that stands alone. */
const BETWEEN_BASE64 = /(?:[^\w+/-]|(?<![\w+/-])[+/-](?![\w+/-]))+/g;
/** Bytes that have this can be text. */
const TEXT = /[\x20-\x7e]{20,}/;

/** A part of a text. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The text with every secret taken out, for the log, errors and the terminal. The rest of the text stays as it was
 * sent. These count as secrets:
 *
 * - `sk_live_` in capitals or small letters with 10 or more characters of a secret behind it, so also a secret that was
 *   mistyped or cut short;
 * - the 49 characters behind the prefix, also in the middle of a longer word, if their checksum fits;
 * - a whole secret with spaces, hyphens or other characters between its own.
 *
 * They are found through these encodings, in any mix and up to eight deep: percent-encoding (also beside malformed
 * sequences, repeated, or as overlong UTF-8), quoted-printable, escapes of JavaScript and JSON, character references of
 * HTML, compatibility forms such as fullwidth letters (NFKD), and marks or invisible characters in between. Base64, as
 * in Basic credentials, is decoded too, and then all of this again, twice. A text that is encoded deeper is replaced as a whole.
 *
 * These are not found: a part of a secret without the prefix, a part with other characters between its own, and
 * encodings of other kinds, such as hexadecimal, compression and encryption.
 */
export function withoutSecrets(text: string): string {
  return isHarmless(text) ? text : without(text, text.length);
}

/**
 * Whether a whole secret stands anywhere in the text, in any of the encodings that `withoutSecrets` finds. The
 * checksum makes a false alarm practically impossible. Also true for text that is encoded too many times to be sure.
 */
export function containsSecret(text: string): boolean {
  if (isHarmless(text)) return false;
  const secrets = secretsIn(text);
  return secrets === null || secrets.whole.length > 0;
}

/** As `withoutSecrets`, but only for secrets that are not encoded. Fast enough for every line of the log. */
export function withoutPlainSecrets(text: string): string {
  return text.replaceAll(WITH_PREFIX, REMOVED);
}

/** How much is read beyond the part that is kept, to recognize a secret that begins before the end of that part. */
const LOOK_AHEAD = 384;
/** How much more is kept at first, since taking secrets out makes the text shorter. */
const SPARE = 384;

/**
 * The start of the text without secrets: at most `limit` characters, with `…` behind them if there is more. The time
 * that it takes does not grow with the length of the text.
 */
export function excerpt(text: string, limit: number, lookAhead = LOOK_AHEAD): string {
  const length = limit + Math.min(lookAhead, SPARE);
  const isWhole = text.length <= length;
  const read = text.slice(0, length + lookAhead);
  const clean = isHarmless(read) ? read.slice(0, length) : without(read, length);
  const isShort = isWhole && clean.length <= limit;
  return isShort ? clean : `${clean.slice(0, limit).toWellFormed()}…`;
}

/** The first `length` characters without the secrets that begin there. */
function without(text: string, length: number): string {
  const secrets = secretsIn(text);
  if (secrets === null) return UNREADABLE;
  const spans = [...secrets.whole, ...secrets.begun].sort((a, b) => a.start - b.start);
  let clean = "";
  let done = 0;
  for (const { start, end } of spans) {
    if (start >= done) clean += text.slice(done, start) + REMOVED;
    done = Math.max(done, end);
  }
  return clean + text.slice(done, Math.max(done, length));
}

function isHarmless(text: string): boolean {
  return text.length < BODY_LENGTH && !SUSPICIOUS.test(text);
}

interface Secrets {
  /** Only those with a checksum that fits. */
  readonly whole: readonly Span[];
  /** Those of which there is the prefix and more. */
  readonly begun: readonly Span[];
}

/** Every secret in the text, in each of its meanings; null where it is encoded too deep. */
function secretsIn(text: string): Secrets | null {
  const meanings = meaningsOf(undecoded(text), BASE64_DEPTH);
  if (meanings === null) return null;
  const { steps, plain, bytes } = meanings;
  const readings = [...steps, ...bytes];
  return {
    whole: [...readings.flatMap(wholeIn), ...plain.flatMap(scatteredIn)],
    begun: readings.flatMap(begunIn),
  };
}

interface Meanings {
  /** The text after each decoder. */
  readonly steps: readonly Decoded[];
  /** The texts in which nothing is left to decode. */
  readonly plain: readonly Decoded[];
  /** The bytes of base64. The bits beside them can look like more characters of a secret once they are decoded. */
  readonly bytes: readonly Decoded[];
}

/** Reads a text and the base64 in it. Null if the text is encoded too deep. */
function meaningsOf(source: Decoded, depth: number): Meanings | null {
  const { steps, plain } = depth === BASE64_DEPTH ? decodings(source) : decodings(source, INNER_GROWTH_LIMIT);
  if (plain === null) return null;
  const bytes = depth === 0 ? [] : base64In(plain);
  const inner = bytes.flatMap((each) => (TEXT.test(each.text) ? (meaningsOf(each, depth - 1) ?? []) : []));
  return {
    steps,
    plain: [plain, ...inner.flatMap((meanings) => meanings.plain)],
    bytes: [...bytes, ...inner.flatMap((meanings) => meanings.bytes)],
  };
}

/** Also base64 that was broken into lines, with anything at their ends. */
function base64In(plain: Decoded): readonly Decoded[] {
  const joined = withoutCharacters(plain, BETWEEN_BASE64);
  return joined.text === plain.text ? fromBase64(plain) : [...fromBase64(plain), ...fromBase64(joined)];
}

function begunIn(reading: Decoded): readonly Span[] {
  return [...reading.text.matchAll(WITH_PREFIX)].map((match) => spanOf(match, reading));
}

function wholeIn(reading: Decoded): readonly Span[] {
  const { text } = reading;
  const whole = text.matchAll(SECRET_ANYWHERE).filter(([secret]) => isSecret(secret));
  const bare = text.matchAll(BARE_SECRET_ANYWHERE).filter(([word]) => isSecret(SECRET_PREFIX + word));
  return [...whole, ...bare].map((match) => spanOf(match, reading));
}

/** Whole secrets with anything between their characters, or right beside others. Their checksum tells. */
function scatteredIn(plain: Decoded): readonly Span[] {
  const { text, starts, ends } = withoutCharacters(plain, NOT_A_DIGIT);
  const spans: Span[] = [];
  for (let start = 0; start + BODY_LENGTH <= text.length; start += 1) {
    const end = start + BODY_LENGTH;
    if (!isSecret(SECRET_PREFIX + text.slice(start, end))) continue;
    const isPrefixed = text.slice(0, start).toLowerCase().endsWith(PREFIX_LETTERS);
    const first = isPrefixed ? start - PREFIX_LETTERS.length : start;
    spans.push({ start: starts[first] ?? 0, end: ends[end - 1] ?? 0 });
  }
  return spans;
}

function spanOf({ 0: found, index }: RegExpExecArray, { starts, ends }: Decoded): Span {
  return { start: starts[index] ?? 0, end: ends[index + found.length - 1] ?? 0 };
}
