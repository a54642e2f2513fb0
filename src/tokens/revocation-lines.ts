import type { AuditEvent } from "./audit-event.ts";
import { isAuditEventId, isTokenId } from "./identifier.ts";
import type { KnownEnd } from "./known-end.ts";
import { formatTime, parseTime, type UnixSeconds } from "./time.ts";

/** A revocation log, read. Its lines are every end of a token that was recorded after the event `after`. */
export interface RevocationLines {
  /** Which store it is of. */
  readonly store: string;
  /** The id of an audit event; empty where the log begins with the store. */
  readonly after: string;
  /** The id of the last audit event that it knows of. */
  readonly last: string;
  readonly ends: readonly LoggedEnd[];
}

interface LoggedEnd {
  readonly event: string;
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

/** The line of a change to a token; null for one that does not concern its end. */
export function endLine({ id, at, target, changes }: AuditEvent): string | null {
  const told = Object.entries(changes).filter(([key]) => END_KEYS.includes(key));
  if (told.length === 0) return null;
  const values = told.map(([key, value]) => [key, typeof value === "number" ? formatTime(value) : value]);
  return JSON.stringify({
    audit_event: id,
    at: formatTime(at),
    token: target,
    ...Object.fromEntries(values),
  });
}

const END_KEYS = ["revoked_at", "expires_at", "replaced_by"];

/**
 * Reads a log. A line that a crash cut short is passed over: its change was not answered yet, or is in a later line.
 * Null if the text is not a log.
 */
export function parseLines(text: string): RevocationLines | null {
  const [first = "", ...lines] = text.split("\n");
  const head = parsed(first);
  const { store, after = null } = head ?? {};
  if (head?.revocation_log !== 1 || typeof store !== "string") return null;
  if (after !== null && !(typeof after === "string" && isAuditEventId(after))) return null;
  const ends = lines.flatMap((line) => endOf(parsed(line)) ?? []);
  return { store, after: after ?? "", last: ends.at(-1)?.event ?? after ?? "", ends };
}

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
  if (!isWellFormed || !(replacedBy === null || (isText(replacedBy) && isTokenId(replacedBy)))) return null;
  return {
    event,
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

/** What the lines say of each token in the end: an expiry that was set again counts as it was set last. */
export function endsOf(logs: readonly RevocationLines[]): readonly KnownEnd[] {
  const known = new Map<string, KnownEnd>();
  for (const end of logs.toSorted(byStart).flatMap(({ ends }) => ends)) {
    const before = known.get(end.token);
    known.set(end.token, {
      token: end.token,
      revokedAt: before?.revokedAt ?? end.revokedAt,
      replacedBy: before?.replacedBy ?? end.replacedBy,
      expiresAt: end.expiresAt === undefined ? (before?.expiresAt ?? null) : end.expiresAt,
    });
  }
  return [...known.values()];
}

/** Whether the logs, one after the other, have every end since that audit event: none is missing in between. */
export function coverAll(logs: readonly RevocationLines[], since: string): boolean {
  let known = since;
  for (const { after, last } of logs.toSorted(byStart)) {
    if (after > known) return false;
    if (last > known) known = last;
  }
  return logs.length > 0;
}

function byStart(one: RevocationLines, other: RevocationLines): number {
  return one.after < other.after ? -1 : one.after > other.after ? 1 : 0;
}
