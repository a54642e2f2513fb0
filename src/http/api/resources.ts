import type { AuditEvent } from "../../tokens/audit/audit-event.ts";
import type { Revocation } from "../../tokens/change-plans.ts";
import type { Page } from "../../tokens/listing/paging.ts";
import { countsOf, type Summary } from "../../tokens/summary.ts";
import { formatTime, type UnixSeconds } from "../../tokens/time.ts";
import { statusAt, type Token } from "../../tokens/token.ts";
import type { CreatedToken, Rotation } from "../../tokens/token-service.ts";
import type { UsageReport } from "../../tokens/usage/usage.ts";
import type { UseBucket } from "../../tokens/usage/usage-store.ts";
import type { Verdict } from "../../tokens/verification.ts";

/**
 * A token as every endpoint but `create` gives it: neither its secret nor its digest. A reader whose own token is for
 * services does not learn who created a token, nor who reused its secret; null for a reader who may read everything.
 */
export function tokenResource(token: Token, now: UnixSeconds, reader: Token | null = null) {
  const readsAll = reader === null || reader.audiences === null;
  return {
    id: token.id,
    access: token.access,
    audiences: token.audiences,
    description: token.description,
    hint: `sk_live_…${token.hint}`,
    status: statusAt(token, now),
    created_at: formatTime(token.createdAt),
    created_by: readsAll ? token.createdBy : null,
    expires_at: timeOrNull(token.expiresAt),
    revoked_at: timeOrNull(token.revokedAt),
    last_used_at: timeOrNull(token.lastUsedAt),
    replaced_by: token.replacedBy,
    reused_at: readsAll ? timeOrNull(token.reusedAt) : null,
    reused_from: readsAll ? token.reusedFrom : null,
    ...verifiesIfTrue(token),
  };
}

function verifiesIfTrue({ verifies }: Token): { readonly verifies?: true } {
  return verifies ? { verifies } : {};
}

/** The one answer that has the secret. */
export function createdResource({ token, secret }: CreatedToken) {
  return {
    id: token.id,
    access: token.access,
    description: token.description,
    token: secret,
    created_at: formatTime(token.createdAt),
    expires_at: timeOrNull(token.expiresAt),
    ...(token.audiences === null ? {} : { audiences: token.audiences }),
    ...verifiesIfTrue(token),
  };
}

/** A successor with its secret, and the token whose place it takes. */
export function successorResource({ replaced, successor }: Pick<Rotation, "successor"> & Replaced) {
  return { ...createdResource(successor), replaces: replaced.id };
}

interface Replaced {
  readonly replaced: Pick<Token, "id">;
}

/** A revoked token, and how many descendants it had before if they were asked for. */
export function revocationResource(
  { token, descendants }: Revocation,
  now: UnixSeconds,
  reader: Token | null = null,
) {
  const resource = tokenResource(token, now, reader);
  return descendants === null ? resource : { ...resource, descendants: countsOf(descendants, now) };
}

/** What became of a secret; the token only where the secret matched. */
export function verificationResource(
  { token, reason }: Verdict,
  now: UnixSeconds,
  reader: Token | null = null,
) {
  return {
    valid: reason === null,
    reason,
    api_token: token === null ? null : tokenResource(token, now, reader),
  };
}

/**
 * What a resource server is told of a token; nothing of one that is not good.
 * https://www.rfc-editor.org/rfc/rfc7662#section-2.2
 */
export function introspectionResource({ token, reason }: Verdict) {
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

export function tokenPage({ rows, cursor }: Page<Token>, now: UnixSeconds) {
  return page(
    rows.map((token) => tokenResource(token, now)),
    cursor,
  );
}

/** A change to a token, under the names that the API gives everything. */
function auditEventResource({ id, at, action, actor, target, changes }: AuditEvent) {
  return {
    id,
    at: formatTime(at),
    action,
    actor: actor.tokenId,
    target,
    trace_id: actor.traceId,
    request_id: actor.requestId,
    ip: actor.ip,
    changes: Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, told(key, value)])),
  };
}

/** A changed value as the token itself shows it; a time is kept in seconds since 1970. */
function told(key: string, value: AuditEvent["changes"][string]) {
  return key.endsWith("_at") && typeof value === "number" ? formatTime(value) : value;
}

export function auditEventPage({ rows, cursor }: Page<AuditEvent>) {
  return page(rows.map(auditEventResource), cursor);
}

/** The envelope of every list. */
function page<Resource>(data: readonly Resource[], cursor: string | null) {
  return { data, page: { page_size: data.length, cursor, more: cursor !== null } };
}

/** All tokens in a few numbers. */
export function summaryResource({ counts, neverUsed, expiries, reused }: Summary) {
  return { counts, never_used: neverUsed, expiries, reused };
}

/** How often tokens were used: together, and each of them if that is wanted. */
export function usageResource({ period, buckets, tokens }: UsageReport, tellsEach: boolean) {
  const each = tokens.map(({ id, buckets }) => ({ id, buckets: buckets.map(useBucket) }));
  return {
    bucket: period.bucket,
    from: formatTime(period.from),
    to: formatTime(period.to),
    buckets: buckets.map(useBucket),
    ...(tellsEach ? { tokens: each } : {}),
  };
}

function useBucket({ start, accepted, refused }: UseBucket) {
  return { start: formatTime(start), accepted, refused };
}

function timeOrNull(time: UnixSeconds | null): string | null {
  return time === null ? null : formatTime(time);
}
