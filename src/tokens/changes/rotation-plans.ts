import { isRefusal, NO_SUCH_TOKEN, type Refusal } from "../refusal.ts";
import { secondsOf, type UnixSeconds } from "../time.ts";
import { statusAt, type Token } from "../token.ts";
import type { ChangeState, LastIds } from "../token-store.ts";
import { changeRefusal } from "./change-permissions.ts";
import { type ChangeContext, eventOf, newToken, type Plan, refused } from "./change-plans.ts";
import { type RotationRequest, replaced, successorExpiry } from "./rotation-rules.ts";

/** A token and the one that takes its place. */
export interface Succession {
  readonly replaced: Token;
  readonly successor: Token;
}

/** Creates the successor of the target and brings the end of the target nearer. */
export function rotation(
  request: RotationRequest,
  secret: string,
  state: ChangeState,
  context: ChangeContext,
): Plan<Succession> {
  const { outcome: successor, added } = successorCreation(request, secret, state, context);
  if (isRefusal(successor)) return refused(successor);
  const last: LastIds = { token: successor.id, auditEvent: added.at(-1)?.event.id ?? null };
  const { outcome: token, updated } = replacement(request, successor.id, state, { ...context, last });
  if (isRefusal(token)) return refused(token);
  return { outcome: { replaced: token, successor }, added, updated };
}

/** The first half of a rotation: creates the successor of the target, and leaves the target as it is. */
export function successorCreation(
  request: RotationRequest,
  secret: string,
  state: ChangeState,
  context: ChangeContext,
): Plan<Token> {
  const now = secondsOf(context.clock());
  const target = rotatable(state, now);
  if (isRefusal(target)) return refused(target);
  const expiresAt = successorExpiry(target, request, now);
  const successor = newToken({ ...target, expiresAt }, secret, context, target.id);
  return { outcome: successor.token, added: [successor], updated: [] };
}

/** The second half of a rotation: brings the end of the target nearer, now that it has a successor. */
export function replacement(
  request: RotationRequest,
  successorId: string,
  state: ChangeState,
  context: ChangeContext,
): Plan<Token> {
  const now = secondsOf(context.clock());
  const target = rotatable(state, now);
  if (isRefusal(target)) return refused(target);
  const token = replaced(target, successorId, request, now);
  const changes = {
    replaced_by: successorId,
    ...(token.revokedAt === null ? { expires_at: token.expiresAt } : { revoked_at: token.revokedAt }),
  };
  const event = eventOf("api-token.rotate", target.id, changes, context);
  return { outcome: token, added: [], updated: [{ token, event }] };
}

/** The target, where it is active and has no successor yet. */
function rotatable(state: ChangeState, now: UnixSeconds): Token | Refusal {
  const { target } = state;
  if (target === null) return NO_SUCH_TOKEN;
  const refusal = changeRefusal(state, [target.id]);
  if (refusal !== null) return refusal;
  const status = statusAt(target, now);
  const isRotatable = target.replacedBy === null && status === "active";
  return isRotatable ? target : { refused: "conflict", token: target, status };
}
