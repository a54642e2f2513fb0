import { isTokenId } from "../../../tokens/identifier.ts";
import type { KnownEnd } from "../../../tokens/revocation/token-end.ts";
import { LAST_MOMENT, type UnixSeconds } from "../../../tokens/time.ts";

/** A row of a store that may be damaged: each value can be of any kind. */
export type UncheckedRow = Readonly<Record<string, unknown>>;

/** The ends as the tokens themselves have them; `replacedBy` is the column for it, or NULL. */
export function endsOfTokens(replacedBy: "replaced_by" | "NULL"): string {
  return `
    SELECT id AS token, revoked_at AS revokedAt, expires_at AS expiresAt, ${replacedBy} AS replacedBy
    FROM token WHERE revoked_at IS NOT NULL OR expires_at IS NOT NULL OR ${replacedBy} IS NOT NULL`;
}

/** The changes of an end as the audit events tell of them, in their order. `tellsExpiry` is 1 where an event has one, also none. */
export const ENDS_OF_EVENTS = `
  SELECT target AS token, json_extract(changes, '$.revoked_at') AS revokedAt,
    json_extract(changes, '$.expires_at') AS expiresAt, json_extract(changes, '$.replaced_by') AS replacedBy,
    json_type(changes, '$.expires_at') IS NOT NULL AS tellsExpiry
  FROM (SELECT id, target, CASE WHEN json_valid(changes) THEN changes ELSE '{}' END AS changes FROM audit_event)
  WHERE revokedAt IS NOT NULL OR replacedBy IS NOT NULL OR tellsExpiry
  ORDER BY id`;

/** The end that a row tells of, without what cannot be true. */
export function endOf(row: UncheckedRow): KnownEnd {
  return {
    token: String(row.token),
    revokedAt: momentOf(row.revokedAt),
    expiresAt: momentOf(row.expiresAt),
    replacedBy: typeof row.replacedBy === "string" && isTokenId(row.replacedBy) ? row.replacedBy : null,
  };
}

/** How each token ended after all that its events tell, of which a later expiry counts more than an earlier one. */
export function endsAfter(events: Iterable<UncheckedRow>): Iterable<KnownEnd> {
  const ends = new Map<string, KnownEnd>();
  for (const event of events) {
    const told = endOf(event);
    const before = ends.get(told.token);
    ends.set(told.token, {
      token: told.token,
      revokedAt: told.revokedAt ?? before?.revokedAt ?? null,
      expiresAt: event.tellsExpiry === 1 ? told.expiresAt : (before?.expiresAt ?? null),
      replacedBy: told.replacedBy ?? before?.replacedBy ?? null,
    });
  }
  return ends.values();
}

function momentOf(value: unknown): UnixSeconds | null {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= LAST_MOMENT
    ? Number(value)
    : null;
}
