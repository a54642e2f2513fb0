import type { AuditEvent } from "../audit/audit-event.ts";
import { isAuditEventId, isTokenId } from "../identifier.ts";
import { formatTime, parseTime, type UnixSeconds } from "../time.ts";

/** A revocation log, read. Its lines are every end of a token that was recorded after the event `after`. */
export interface RevocationLines {
  /** Which store it is of. */
  readonly store: string;
  /** The id of an audit event; empty where the log begins with the store. */
  readonly after: string;
  /** The id of the last audit event that it knows of. */
  readonly last: string;
  readonly ends: readonly LoggedEnd[];
  /** The number of the first line that cannot be read, from 1 on; null if all can. */
  readonly unreadable: number | null;
  /** The number of the first line before which lines are missing, from 1 on; null for none. */
  readonly afterHole: number | null;
}

/** A line of a revocation log. */
export interface LoggedEnd {
  readonly event: string;
  /** The event of the line before, or the one after which the log begins; empty for none. */
  readonly previous: string;
  /** Null where the line does not say it. */
  readonly at: UnixSeconds | null;
  readonly token: string;
  readonly revokedAt: UnixSeconds | null;
  /** Undefined where that did not change. */
  readonly expiresAt: UnixSeconds | null | undefined;
  readonly replacedBy: string | null;
}

/** The first line of a log. */
export function firstLine(store: string, after: string): string {
  return JSON.stringify({ revocation_log: 1, store, after: after === "" ? null : after });
}

/** The lines of those changes to tokens that concern their end. Each names the event of the line before it. */
export function endLines(previous: string, events: readonly AuditEvent[]): readonly string[] {
  let before = previous;
  return events.filter(isEnd).map((event) => {
    const line = endLine(before, event);
    before = event.id;
    return line;
  });
}

function endLine(previous: string, { id, at, target, changes }: AuditEvent): string {
  const ends = Object.entries(changes).filter(([key]) => END_KEYS.includes(key));
  const values = ends.map(([key, value]) => [key, typeof value === "number" ? formatTime(value) : value]);
  return JSON.stringify({
    audit_event: id,
    previous: previous === "" ? null : previous,
    at: formatTime(at),
    token: target,
    ...Object.fromEntries(values),
  });
}

/** Whether a change to a token concerns its end. */
export function isEnd({ changes }: AuditEvent): boolean {
  return END_KEYS.some((key) => key in changes);
}

/** The changes of an audit event that concern the end of its token. */
export const END_KEYS = ["revoked_at", "expires_at", "replaced_by"];

/**
 * Reads a log. Null if the text is not a log. A line that cannot be read is passed over and counted: it may have been
 * a revocation.
 */
export function parseLines(text: string): RevocationLines | null {
  const [first = "", ...lines] = text.split("\n");
  const head = parsed(first);
  const { store, after = null } = head ?? {};
  if (head?.revocation_log !== 1 || typeof store !== "string") return null;
  if (after !== null && !(typeof after === "string" && isAuditEventId(after))) return null;
  const read = lines.map((line) => endOf(parsed(line)));
  const ends = read.filter((end) => end !== null);
  const fault = read.findIndex((end, index) => end === null && lines[index] !== "");
  return {
    store,
    after: after ?? "",
    last: ends.at(-1)?.event ?? after ?? "",
    ends,
    unreadable: fault === -1 ? null : fault + LINES_BEFORE_ENDS,
    afterHole: holeIn(after ?? "", read),
  };
}

function holeIn(after: string, read: readonly (LoggedEnd | null)[]): number | null {
  let before = after;
  for (const [index, end] of read.entries()) {
    if (end === null) continue;
    if (end.previous !== before) return index + LINES_BEFORE_ENDS;
    before = end.event;
  }
  return null;
}

/** The number of the first line that has an end. */
const LINES_BEFORE_ENDS = 2;

type Fields = Readonly<Record<string, unknown>>;

function parsed(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function endOf(fields: Fields | null): LoggedEnd | null {
  if (fields === null) return null;
  const { audit_event: event, token, replaced_by: replacedBy = null } = fields;
  const isWellFormed = isText(event) && isAuditEventId(event) && isText(token) && isTokenId(token);
  const previous = fields.previous === null ? "" : fields.previous;
  if (
    !isWellFormed ||
    !isText(previous) ||
    !(replacedBy === null || (isText(replacedBy) && isTokenId(replacedBy)))
  )
    return null;
  return {
    event,
    previous,
    at: timeOf(fields.at) ?? null,
    token,
    replacedBy,
    revokedAt: timeOf(fields.revoked_at) ?? null,
    expiresAt: timeOf(fields.expires_at),
  };
}

function timeOf(value: unknown): UnixSeconds | null | undefined {
  return isText(value) ? parseTime(value) : value === null ? null : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
