import { isTokenId } from "../../../tokens/identifier.ts";
import type { KnownEnd } from "../../../tokens/revocation/token-end.ts";
import { LAST_MOMENT, type UnixSeconds } from "../../../tokens/time.ts";

/** A row of a store that may be damaged: each value can be of any kind. */
export type UncheckedRow = Readonly<Record<string, unknown>>;

/** The ends in the tokens themselves. */
export function endsOfTokens(replacedBy: "replaced_by" | "NULL"): string {
  return `
    SELECT id AS token, revoked_at AS revokedAt, expires_at AS expiresAt, ${replacedBy} AS replacedBy
    FROM token WHERE revoked_at IS NOT NULL OR expires_at IS NOT NULL OR ${replacedBy} IS NOT NULL`;
}

/** The ends in the audit events, in order. `hasExpiry` is 1 where an event set the expiry, also to null. */
export const ENDS_OF_EVENTS = `
  SELECT target AS token, json_extract(changes, '$.revoked_at') AS revokedAt,
    json_extract(changes, '$.expires_at') AS expiresAt, json_extract(changes, '$.replaced_by') AS replacedBy,
    json_type(changes, '$.expires_at') IS NOT NULL AS hasExpiry
  FROM (SELECT id, target, CASE WHEN json_valid(changes) THEN changes ELSE '{}' END AS changes FROM audit_event)
  WHERE revokedAt IS NOT NULL OR replacedBy IS NOT NULL OR hasExpiry
  ORDER BY id`;

/** The end in a row, without impossible values. */
export function endOf(row: UncheckedRow): KnownEnd {
  return {
    token: String(row.token),
    revokedAt: momentOf(row.revokedAt),
    expiresAt: momentOf(row.expiresAt),
    replacedBy: typeof row.replacedBy === "string" && isTokenId(row.replacedBy) ? row.replacedBy : null,
  };
}

/** The end of each token after all its events. A later expiry replaces an earlier one. */
export function endsAfter(events: Iterable<UncheckedRow>): Iterable<KnownEnd> {
  const ends = new Map<string, KnownEnd>();
  for (const event of events) {
    const change = endOf(event);
    const before = ends.get(change.token);
    ends.set(change.token, {
      token: change.token,
      revokedAt: change.revokedAt ?? before?.revokedAt ?? null,
      expiresAt: event.hasExpiry === 1 ? change.expiresAt : (before?.expiresAt ?? null),
      replacedBy: change.replacedBy ?? before?.replacedBy ?? null,
    });
  }
  return ends.values();
}

function momentOf(value: unknown): UnixSeconds | null {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= LAST_MOMENT
    ? Number(value)
    : null;
}
