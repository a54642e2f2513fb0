import type { Actor, AuditAction, AuditEvent } from "../audit/audit-event.ts";
import { AUDIT_EVENT_PREFIX, nextId, TOKEN_PREFIX } from "../identifier.ts";
import type { Random } from "../random.ts";
import { NO_SUCH_TOKEN, type Refusal } from "../refusal.ts";
import { digestOf, hintOf } from "../secret/secret.ts";
import { type Clock, secondsOf } from "../time.ts";
import { statusAt, type Token } from "../token.ts";
import type { TokenRequest, UpdateRequest } from "../token-fields.ts";
import type { ChangeState, LastIds, NewToken, UpdatedToken, Writes } from "../token-store.ts";
import { changeRefusal, predecessorRefusal } from "./change-permissions.ts";

/** The time, the randomness, the actor and the last ids for a change. */
export interface ChangeContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly actor: Actor;
  readonly last: LastIds;
}

/** A change before it is written, and its outcome once it is. A refusal writes nothing. */
export interface Plan<Outcome> extends Writes {
  readonly outcome: Outcome | Refusal;
}

/** Writes nothing. */
export function refused(refusal: Refusal): Plan<never> {
  return { outcome: refusal, added: [], updated: [] };
}

function unchanged<Outcome>(outcome: Outcome): Plan<Outcome> {
  return { outcome, added: [], updated: [] };
}

/** Creates a token. */
export function creation(request: TokenRequest, secret: string, context: ChangeContext): Plan<Token> {
  const created = newToken(request, secret, context);
  return { outcome: created.token, added: [created], updated: [] };
}

/** Changes the description and the expiry of the target, unless it has ended. */
export function update(request: UpdateRequest, state: ChangeState, context: ChangeContext): Plan<Token> {
  const { target } = state;
  if (target === null) return refused(NO_SUCH_TOKEN);
  const refusal = changeRefusal(state, [target.id]) ?? predecessorRefusal(state);
  if (refusal !== null) return refused(refusal);
  const status = statusAt(target, secondsOf(context.clock()));
  if (status !== "active") return refused({ refused: "conflict", token: target, status });
  const { description = target.description, expiresAt = target.expiresAt } = request;
  const changes = {
    ...(description === target.description ? {} : { description }),
    ...(expiresAt === target.expiresAt ? {} : { expires_at: expiresAt }),
  };
  if (Object.keys(changes).length === 0) return unchanged(target);
  const token = { ...target, description, expiresAt };
  const event = eventOf("api-token.update", target.id, changes, context);
  return { outcome: token, added: [], updated: [{ token, event }] };
}

/** The options of a revocation. */
export interface RevocationRequest {
  /** Whether the descendants are revoked as well: all tokens that the token created or that took its place, in any depth. */
  readonly withDescendants?: boolean;
  /** Whether nothing is to change. */
  readonly isDryRun?: boolean;
}

/** A token that was revoked. */
export interface Revocation {
  readonly token: Token;
  /** Whether the token was revoked before. */
  readonly wasRevoked: boolean;
  /** Its descendants as they were before; null if they were not asked for. */
  readonly descendants: readonly Token[] | null;
}

/** Revokes the target, and its descendants if asked for. A token that was revoked before stays as it is. */
export function revocation(
  { withDescendants = false, isDryRun = false }: RevocationRequest,
  state: ChangeState,
  context: ChangeContext,
): Plan<Revocation> {
  const { target, actor } = state;
  if (target === null) return refused(NO_SUCH_TOKEN);
  const descendants = withDescendants ? state.descendants : null;
  const wasRevoked = target.revokedAt !== null;
  const tokens = [target, ...(descendants ?? [])];
  const revokesItselfAlone = target.id === actor?.id && tokens.length === 1;
  const ids = tokens.map(({ id }) => id);
  const refusal = revokesItselfAlone ? null : changeRefusal(state, ids);
  if (refusal !== null) return refused(refusal);
  if (isDryRun) return unchanged({ token: target, wasRevoked, descendants });
  const asked = tokens.map((each) => ({ token: each, actor: context.actor }));
  const updated = revoked(asked, context);
  const token = updated.find((each) => each.token.id === target.id)?.token ?? target;
  return { outcome: { token, wasRevoked, descendants }, added: [], updated };
}

/** A token, and who asked for its revocation. */
export interface AskedRevocation {
  readonly token: Token;
  readonly actor: Actor;
}

/** Revokes tokens, each in the name of its actor. One that was revoked before stays as it is. */
export function revoked(
  asked: readonly AskedRevocation[],
  context: Omit<ChangeContext, "actor">,
): readonly UpdatedToken[] {
  const revokedAt = secondsOf(context.clock());
  const updated: UpdatedToken[] = [];
  for (const { token, actor } of asked) {
    if (token.revokedAt !== null) continue;
    const last = { ...context.last, auditEvent: updated.at(-1)?.event.id ?? context.last.auditEvent };
    const changes = { revoked_at: revokedAt };
    const event = eventOf("api-token.revoke", token.id, changes, { ...context, actor, last });
    updated.push({ token: { ...token, revokedAt }, event });
  }
  return updated;
}

/** A token that did not exist before, with the event of its creation. `replaces` is the id of the token that it succeeds. */
export function newToken(
  { access, audiences, description, expiresAt, verifies = false }: TokenRequest,
  secret: string,
  context: ChangeContext,
  replaces?: string,
): NewToken {
  const { clock, random, actor, last } = context;
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
    verifies,
    reusedAt: null,
    reusedFrom: null,
  };
  const changes = {
    access,
    audiences,
    description,
    expires_at: expiresAt,
    ...(verifies ? { verifies } : {}),
    ...(replaces === undefined ? {} : { replaces }),
  };
  const event = eventOf("api-token.create", token.id, changes, context);
  return { token, digest: digestOf(secret), event };
}

export function eventOf(
  action: AuditAction,
  target: string,
  changes: AuditEvent["changes"],
  { clock, random, actor, last }: ChangeContext,
): AuditEvent {
  const id = nextId(AUDIT_EVENT_PREFIX, last.auditEvent, clock(), random);
  return { id, at: secondsOf(clock()), action, actor, target, changes };
}
