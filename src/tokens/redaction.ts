import { type Decoded, decodings, fromBase64, withoutCharacters } from "./decoding.ts";
import { isSecret, SECRET_LENGTH, SECRET_PREFIX } from "./secret.ts";

/** What stands in the place of a secret. */
const REMOVED = `${SECRET_PREFIX}[removed]`;
const UNREADABLE = "[removed: encoded too many times]";

/** Short text without any of these holds no secret, in no encoding. Most texts end here. */
const SUSPICIOUS = /[%=\\&]|[^\x20-\x7e]|sk_live_|[\w+/-]{24,}/i;

/** A secret, or so much of one that it helps somebody who wants to guess the rest. */
const WITH_PREFIX = /sk_live_[0-9A-Za-z_]{10,}/gi;
/** Perhaps a whole secret; its checksum tells. */
const WHOLE = /sk_live_[0-9A-Za-z]{49}/g;
/** Perhaps a whole secret that lost its prefix. */
const WITHOUT_PREFIX = /(?<![0-9A-Za-z])[0-9A-Za-z]{49}(?![0-9A-Za-z])/g;
/** What somebody puts between the characters of a secret, such as spaces and hyphens. */
const NOT_OF_A_SECRET = /[^0-9A-Za-z_]+/g;

/** From one place in a text up to another. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The text with every secret taken out, for places that keep or show what they are given: the log, errors, a
 * terminal. The rest stays as it was sent.
 *
 * A secret is `sk_live_` in any case with 10 or more characters of a secret behind it, so also one that was mistyped
 * or cut short; the 49 characters behind the prefix as a word of their own, if their checksum fits; and a whole secret
 * with anything but letters and digits between its characters. It is found
 * behind any mix, eight deep, of percent-encoding (broken, repeated, overlong), quoted-printable, escapes of
 * JavaScript and JSON, references of HTML, other forms of the same letters (NFKD, so full width too), marks and
 * invisible characters in between; and, around all that, inside of base64, as Basic credentials have it. Text that
 * is encoded deeper is taken out as a whole.
 *
 * Not found: a part of a secret without its prefix, a part with other characters put between its own, and encodings
 * that need a key or a program of their own (hexadecimal dumps, compression, ciphers).
 */
export function withoutSecrets(text: string): string {
  return isHarmless(text) ? text : without(text, text.length);
}

/**
 * Whether a whole secret stands anywhere in the text, also in all the ways that `withoutSecrets` knows. The checksum
 * makes a false alarm practically impossible. Text that is encoded too many times counts as one, since nobody knows.
 */
export function containsSecret(text: string): boolean {
  const secrets = secretsIn(text);
  return secrets === null || secrets.whole.length > 0;
}

/** As `withoutSecrets`, but only for secrets that are not encoded, and much faster: for every line of the log. */
export function withoutPlainSecrets(text: string): string {
  return text.replaceAll(WITH_PREFIX, REMOVED);
}

/** How much of a longer text is read beyond the part that is kept, to know a secret that begins before its end. */
const LOOK_AHEAD = 384;
/** For the secrets that make the text shorter as they are taken out. */
const SPARE = 384;

/**
 * The start of the text, without secrets, `limit` characters at most and `…` behind them where there is more. Takes
 * a time that does not depend on the length of the text.
 */
export function excerpt(text: string, limit: number): string {
  const length = limit + SPARE;
  const isWhole = text.length <= length;
  const read = text.slice(0, length + LOOK_AHEAD);
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
  return text.length < SECRET_LENGTH && !SUSPICIOUS.test(text);
}

interface Secrets {
  /** Those whose checksum fits. */
  readonly whole: readonly Span[];
  /** Those of which there is the prefix and more. */
  readonly begun: readonly Span[];
}

/** Every secret in the text, in each of its meanings; null where it is encoded too deep. */
function secretsIn(text: string): Secrets | null {
  const { steps, plain } = decodings(text);
  if (plain === null) return null;
  const readings = [...steps, ...fromBase64(plain)];
  return {
    whole: [...readings, withoutCharacters(plain, NOT_OF_A_SECRET)].flatMap(wholeIn),
    begun: readings.flatMap(begunIn),
  };
}

function begunIn(reading: Decoded): readonly Span[] {
  return [...reading.text.matchAll(WITH_PREFIX)].map((match) => spanOf(match, reading));
}

function wholeIn(reading: Decoded): readonly Span[] {
  const { text } = reading;
  const whole = text.matchAll(WHOLE).filter(([secret]) => isSecret(secret));
  const bare = text.matchAll(WITHOUT_PREFIX).filter(([word]) => isSecret(SECRET_PREFIX + word));
  return [...whole, ...bare].map((match) => spanOf(match, reading));
}

function spanOf({ 0: found, index }: RegExpExecArray, { starts, ends }: Decoded): Span {
  return { start: starts[index] ?? 0, end: ends[index + found.length - 1] ?? 0 };
}
