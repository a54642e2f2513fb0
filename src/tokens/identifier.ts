import { numberFrom, type Random } from "./random.ts";
import { fromBase62, toBase62 } from "./secret/base62.ts";
import type { UnixMilliseconds } from "./time.ts";

const TIME_DIGITS = 8;
const RANDOM_DIGITS = 14;
const RANDOM_BYTES = 10;
const STEP_BYTES = 4;
const LATEST_TIME = 62 ** TIME_DIGITS - 1;

export const TOKEN_PREFIX = "atok_";
export const AUDIT_EVENT_PREFIX = "aevt_";

/** The most letters and digits behind a prefix. */
export const ID_LENGTH_LIMIT = 64;

export const TOKEN_ID = idPattern(TOKEN_PREFIX);
export const AUDIT_EVENT_ID = idPattern(AUDIT_EVENT_PREFIX);

function idPattern(prefix: string): RegExp {
  return new RegExp(`^${prefix}[0-9A-Za-z]{1,${ID_LENGTH_LIMIT}}$`);
}

/** The form of an id, as the end of a sentence that begins with "it must be". */
export const TOKEN_ID_FORM = `a token id: ${idForm(TOKEN_PREFIX)}`;
export const AUDIT_EVENT_ID_FORM = `the id of an audit event: ${idForm(AUDIT_EVENT_PREFIX)}`;

function idForm(prefix: string): string {
  return `"${prefix}" and 1 to ${ID_LENGTH_LIMIT} letters and digits`;
}

/** A trace id of W3C Trace Context. https://www.w3.org/TR/trace-context/#trace-id */
export const TRACE_ID = /^[0-9a-f]{32}$/;

/** Whether the text has the form of a token id; a token with it need not exist. */
export function isTokenId(text: string): boolean {
  return TOKEN_ID.test(text);
}

/** Whether the text has the form of the id of an audit event; an event with it need not exist. */
export function isAuditEventId(text: string): boolean {
  return AUDIT_EVENT_ID.test(text);
}

/** Whether the text has the form of a trace id. */
export function isTraceId(text: string): boolean {
  return TRACE_ID.test(text);
}

/**
 * An id that sorts after `last`, the greatest one given so far with this prefix: the time and 80 random bits,
 * or, where the clock stands still or steps back, a random step beyond `last`.
 */
export function nextId(prefix: string, last: string | null, now: UnixMilliseconds, random: Random): string {
  const time = toBase62(BigInt(Math.min(Math.max(now, 0), LATEST_TIME)), TIME_DIGITS);
  const fresh = `${prefix}${time}${toBase62(numberFrom(random(RANDOM_BYTES)), RANDOM_DIGITS)}`;
  if (last === null || fresh > last) return fresh;
  const step = numberFrom(random(STEP_BYTES)) + 1n;
  return prefix + toBase62(fromBase62(last.slice(prefix.length)) + step, TIME_DIGITS + RANDOM_DIGITS);
}
