import type { AuditAction, AuditEvent } from "../audit/audit-event.ts";
import type { UnixSeconds } from "../time.ts";
import type { Token } from "../token.ts";

/** The end of a token, as another source knows it. */
export interface KnownEnd {
  /** The id of the token. */
  readonly token: string;
  readonly revokedAt: UnixSeconds | null;
  readonly expiresAt: UnixSeconds | null;
  readonly replacedBy: string | null;
}

/** The fields of a token that end it. */
export type End = Pick<Token, "revokedAt" | "expiresAt" | "replacedBy">;

/** The end of a token after a restore, and the changes to record. */
export interface EndedAgain {
  readonly end: End;
  readonly action: AuditAction;
  readonly changes: AuditEvent["changes"];
}

/**
 * Ends a token that was restored from a backup as it had ended since: it stays revoked and replaced, and expires no
 * later. Nothing makes it live longer. Null if the backup has all of that.
 */
export function endedAgain(token: End, known: KnownEnd): EndedAgain | null {
  const end: End = {
    revokedAt: token.revokedAt ?? known.revokedAt,
    replacedBy: token.replacedBy ?? known.replacedBy,
    expiresAt: earlier(token.expiresAt, known.expiresAt),
  };
  const changes = {
    ...(end.replacedBy === token.replacedBy ? {} : { replaced_by: end.replacedBy }),
    ...(end.expiresAt === token.expiresAt ? {} : { expires_at: end.expiresAt }),
    ...(end.revokedAt === token.revokedAt ? {} : { revoked_at: end.revokedAt }),
  };
  return Object.keys(changes).length === 0 ? null : { end, action: actionOf(changes), changes };
}

function actionOf(changes: AuditEvent["changes"]): AuditAction {
  if ("replaced_by" in changes) return "api-token.rotate";
  return "revoked_at" in changes ? "api-token.revoke" : "api-token.update";
}

function earlier(one: UnixSeconds | null, other: UnixSeconds | null): UnixSeconds | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** Merges the ends of one token from two sources: the earlier expiry counts. */
export function together(one: KnownEnd, other: KnownEnd): KnownEnd {
  return {
    token: one.token,
    revokedAt: one.revokedAt ?? other.revokedAt,
    replacedBy: one.replacedBy ?? other.replacedBy,
    expiresAt: earlier(one.expiresAt, other.expiresAt),
  };
}
