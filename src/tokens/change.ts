import type { Actor, AuditAction, AuditEvent } from "./audit-event.ts";
import { AUDIT_EVENT_PREFIX, nextId, TOKEN_PREFIX } from "./identifier.ts";
import type { Random } from "./random.ts";
import { type RotationRequest, replaced, successorExpiry } from "./rotation.ts";
import { digestOf, hintOf } from "./secret.ts";
import { type Clock, secondsOf } from "./time.ts";
import { statusAt, type Token } from "./token.ts";
import type { TokenRequest, UpdateRequest } from "./token-request.ts";
import type { AmendedToken, LastIds, NewToken, ReplacedToken } from "./token-store.ts";

/** What a change takes besides the token: when, by chance, by whom, and after which ids. */
export interface Occasion {
  readonly clock: Clock;
  readonly random: Random;
  readonly actor: Actor;
  readonly last: LastIds;
}

/** A token as asked for, which may take the place of another. */
export function creation(
  { access, audiences, description, expiresAt }: TokenRequest,
  secret: string,
  occasion: Occasion,
  replaces?: string,
): NewToken {
  const { clock, random, actor, last } = occasion;
  const token: Token = {
    id: nextId(TOKEN_PREFIX, last.token, clock(), random),
    access,
    audiences,
    description,
    hint: hintOf(secret),
    createdAt: secondsOf(clock()),
    createdBy: actor.tokenId,
    expiresAt,
    revokedAt: null,
    lastUsedAt: null,
    replacedBy: null,
    verifies: false,
    reusedAt: null,
    reusedFrom: null,
  };
  const told = { access, audiences, description, expires_at: expiresAt };
  const changes = replaces === undefined ? told : { ...told, replaces };
  return {
    token,
    digest: digestOf(secret),
    event: eventOf("api-token.create", token.id, changes, occasion),
  };
}

/** The token with what is asked for; as it is, without an event, if it has ended or that changes nothing. */
export function update(token: Token, request: UpdateRequest, occasion: Occasion): AmendedToken {
  const { description = token.description, expiresAt = token.expiresAt } = request;
  const changes = {
    ...(description === token.description ? {} : { description }),
    ...(expiresAt === token.expiresAt ? {} : { expires_at: expiresAt }),
  };
  const hasEnded = statusAt(token, secondsOf(occasion.clock())) !== "active";
  if (hasEnded || Object.keys(changes).length === 0) return { token, event: null };
  const event = eventOf("api-token.update", token.id, changes, occasion);
  return { token: { ...token, description, expiresAt }, event };
}

/** The token with its end brought nearer, and its successor; the token alone if it has ended or was replaced. */
export function rotation(
  token: Token,
  request: RotationRequest,
  secret: string,
  occasion: Occasion,
): ReplacedToken {
  const now = secondsOf(occasion.clock());
  if (token.replacedBy !== null || statusAt(token, now) !== "active") return { token, succession: null };
  const expiresAt = successorExpiry(token, request, now);
  const successor = creation({ ...token, expiresAt }, secret, occasion, token.id);
  const ended = replaced(token, successor.token.id, request, now);
  const changes = {
    replaced_by: ended.replacedBy,
    ...(ended.revokedAt === null ? { expires_at: ended.expiresAt } : { revoked_at: ended.revokedAt }),
  };
  const last: LastIds = { token: successor.token.id, auditEvent: successor.event.id };
  const event = eventOf("api-token.rotate", token.id, changes, { ...occasion, last });
  return { token: ended, succession: { successor, event } };
}

/** The token, revoked; as it is, without an event, if it was revoked before. */
export function revocation(token: Token, occasion: Occasion): AmendedToken {
  if (token.revokedAt !== null) return { token, event: null };
  const revokedAt = secondsOf(occasion.clock());
  const event = eventOf("api-token.revoke", token.id, { revoked_at: revokedAt }, occasion);
  return { token: { ...token, revokedAt }, event };
}

function eventOf(
  action: AuditAction,
  target: string,
  changes: AuditEvent["changes"],
  { clock, random, actor, last }: Occasion,
): AuditEvent {
  const id = nextId(AUDIT_EVENT_PREFIX, last.auditEvent, clock(), random);
  return { id, at: secondsOf(clock()), action, actor, target, changes };
}
