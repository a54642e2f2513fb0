import type { AuditEvent as StoredEvent } from "../../tokens/audit/audit-event.ts";
import type { Revocation } from "../../tokens/changes/change-plans.ts";
import type { Page } from "../../tokens/listing/paging.ts";
import { shownHint } from "../../tokens/secret/hint.ts";
import { countsOf, type Summary } from "../../tokens/summary.ts";
import { formatTime, type UnixSeconds } from "../../tokens/time.ts";
import { statusAt, type Token } from "../../tokens/token.ts";
import type { CreatedToken, Rotation } from "../../tokens/token-service.ts";
import type { UsageReport } from "../../tokens/usage/usage.ts";
import type { UseBucket as CountedUses } from "../../tokens/usage/usage-store.ts";
import type { Verdict } from "../../tokens/verification.ts";
import type {
  ApiToken,
  ApiTokenPage,
  CreatedApiToken,
  RevokedApiToken,
  SuccessorApiToken,
  Verification,
} from "./responses/api-token.ts";
import type { ApiTokenSummary } from "./responses/api-token-summary.ts";
import type { ApiTokenUsage, UseBucket } from "./responses/api-token-usage.ts";
import type { AuditEvent, AuditEventChanges, AuditEventPage } from "./responses/audit-event.ts";
import type { Introspection } from "./responses/introspection.ts";

/**
 * A token without its secret and digest. For a reader with a token for services it hides the creator of the token
 * and the reuse of its secret; `reader` is null for one who may read everything.
 */
export function tokenResource(token: Token, now: UnixSeconds, reader: Token | null = null): ApiToken {
  const readsAll = reader === null || reader.audiences === null;
  return {
    id: token.id,
    access: token.access,
    audiences: token.audiences,
    description: token.description,
    hint: shownHint(token.hint),
    status: statusAt(token, now),
    created_at: formatTime(token.createdAt),
    created_by: readsAll ? token.createdBy : null,
    expires_at: formattedTime(token.expiresAt),
    revoked_at: formattedTime(token.revokedAt),
    last_used_at: formattedTime(token.lastUsedAt),
    replaced_by: token.replacedBy,
    reused_at: readsAll ? formattedTime(token.reusedAt) : null,
    reused_from: readsAll ? token.reusedFrom : null,
    ...verifiesIfTrue(token),
  };
}

function verifiesIfTrue({ verifies }: Token): { readonly verifies?: true } {
  return verifies ? { verifies } : {};
}

/** The only resource with a secret, besides that of a successor. */
export function createdResource({ token, secret }: CreatedToken): CreatedApiToken {
  return {
    id: token.id,
    access: token.access,
    description: token.description,
    token: secret,
    created_at: formatTime(token.createdAt),
    expires_at: formattedTime(token.expiresAt),
    ...(token.audiences === null ? {} : { audiences: token.audiences }),
    ...verifiesIfTrue(token),
  };
}

export function successorResource({
  replaced,
  successor,
}: Pick<Rotation, "successor"> & Replaced): SuccessorApiToken {
  return { ...createdResource(successor), replaces: replaced.id };
}

interface Replaced {
  readonly replaced: Pick<Token, "id">;
}

/** A revoked token, with the counts of its descendants before the revocation if the caller asked for them. */
export function revocationResource(
  { token, descendants }: Revocation,
  now: UnixSeconds,
  reader: Token | null = null,
): RevokedApiToken {
  const resource = tokenResource(token, now, reader);
  return descendants === null ? resource : { ...resource, descendants: countsOf(descendants, now) };
}

/** The result of a verification. It has the token only where the secret matched. */
export function verificationResource(
  { token, reason }: Verdict,
  now: UnixSeconds,
  reader: Token | null = null,
): Verification {
  return {
    valid: reason === null,
    reason,
    api_token: token === null ? null : tokenResource(token, now, reader),
  };
}

/** Says nothing about a token that is not good. https://www.rfc-editor.org/rfc/rfc7662#section-2.2 */
export function introspectionResource({ token, reason }: Verdict): Introspection {
  if (reason !== null) return { active: false };
  const { id, access, audiences, createdAt, expiresAt } = token;
  return {
    active: true,
    scope: access === "write" ? "read write" : "read",
    client_id: id,
    sub: id,
    ...(audiences === null ? {} : { aud: audiences }),
    iat: createdAt,
    ...(expiresAt === null ? {} : { exp: expiresAt }),
    token_type: "Bearer",
  };
}

export function tokenPage({ rows, cursor }: Page<Token>, now: UnixSeconds): ApiTokenPage {
  return listPage(
    rows.map((token) => tokenResource(token, now)),
    cursor,
  );
}

function auditEventResource({ id, at, action, actor, target, changes }: StoredEvent): AuditEvent {
  return {
    id,
    at: formatTime(at),
    action,
    actor: actor.tokenId,
    target,
    trace_id: actor.traceId,
    request_id: actor.requestId,
    ip: actor.ip,
    changes: changesResource(changes),
  };
}

/** The new values. The store has their times in seconds since 1970. */
function changesResource(changes: StoredEvent["changes"]): AuditEventChanges;
function changesResource(changes: StoredEvent["changes"]): object {
  const written = Object.entries(changes).map(([key, value]) => [
    key,
    key.endsWith("_at") && typeof value === "number" ? formatTime(value) : value,
  ]);
  return Object.fromEntries(written);
}

export function auditEventPage({ rows, cursor }: Page<StoredEvent>): AuditEventPage {
  return listPage(rows.map(auditEventResource), cursor);
}

/** The envelope of every list. */
function listPage<Resource>(data: readonly Resource[], cursor: string | null) {
  return { data, page: { page_size: data.length, cursor, more: cursor !== null } };
}

export function summaryResource({ counts, neverUsed, expiries, reused }: Summary): ApiTokenSummary {
  return { counts, never_used: neverUsed, expiries, reused };
}

/** The uses of all tokens of the report together, with those of each token if `withEach`. */
export function usageResource({ period, buckets, tokens }: UsageReport, withEach: boolean): ApiTokenUsage {
  const each = tokens.map(({ id, buckets }) => ({ id, buckets: buckets.map(useBucket) }));
  return {
    bucket: period.bucket,
    from: formatTime(period.from),
    to: formatTime(period.to),
    buckets: buckets.map(useBucket),
    ...(withEach ? { tokens: each } : {}),
  };
}

function useBucket({ start, accepted, refused }: CountedUses): UseBucket {
  return { start: formatTime(start), accepted, refused };
}

function formattedTime(time: UnixSeconds | null): string | null {
  return time === null ? null : formatTime(time);
}
