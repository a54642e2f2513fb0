import type { Actor } from "../audit/audit-event.ts";
import type { Refusal } from "../refusal.ts";
import type { UnixSeconds } from "../time.ts";
import { statusAt } from "../token.ts";
import type { ChangeState } from "../token-store.ts";

/**
 * Refuses a change by a token that is not active in the transaction of the change: it was active when its request
 * came in, and may have been revoked or have expired since. Null if the actor is active or the command line.
 */
export function actorRefusal({ tokenId }: Actor, { actor }: ChangeState, now: UnixSeconds): Refusal | null {
  if (tokenId === null) return null;
  if (actor === null) return { refused: "unauthenticated", reason: "unknown" };
  const status = statusAt(actor, now);
  return status === "active" ? null : { refused: "unauthenticated", reason: status };
}

/**
 * A replaced token must not undo its own end: it may change neither itself nor its successors. Null if the actor may
 * change these tokens.
 */
export function changeRefusal(
  { actor, actorSuccessors }: ChangeState,
  ids: readonly string[],
): Refusal | null {
  if (actor === null || actor.replacedBy === null) return null;
  const untouchable = new Set([actor.id, ...actorSuccessors]);
  return ids.some((id) => untouchable.has(id)) ? { refused: "forbidden", reason: "replaced" } : null;
}

/**
 * A replaced token must not lengthen the life of its own predecessor: its holder may have both secrets. Null if the
 * actor may change the expiry of the target.
 */
export function predecessorRefusal({ actor, targetSuccessors }: ChangeState): Refusal | null {
  if (actor === null || actor.replacedBy === null) return null;
  return targetSuccessors.includes(actor.id) ? { refused: "forbidden", reason: "replaced" } : null;
}
