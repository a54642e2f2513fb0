import { type ChangeContext, revoked } from "../changes/change-plans.ts";
import type { ChangeScope, ChangeState, Writes } from "../token-store.ts";
import type { PendingRevocation } from "./pending-revocations.ts";

/** The tokens that a store reads for these revocations. */
export function pendingRevocationScope(batch: readonly PendingRevocation[]): ChangeScope {
  const ids = batch.flatMap(({ id, actor }) => [id, ...(actor.tokenId === null ? [] : [actor.tokenId])]);
  return { actor: null, target: null, others: [...new Set(ids)], isRevocation: true };
}

/**
 * Makes revocations. Their actors were allowed to make them at the time of the request. Leaves out the name of an actor
 * that was revoked since, here or before: it makes no more changes.
 */
export function pendingRevocationPlan(
  batch: readonly PendingRevocation[],
  { others }: ChangeState,
  context: Omit<ChangeContext, "actor">,
): Writes {
  const tokens = new Map(others.map((token) => [token.id, token]));
  const ended = new Set(others.filter(({ revokedAt }) => revokedAt !== null).map(({ id }) => id));
  const asked = batch.flatMap(({ id, actor }) => {
    const by = actor.tokenId !== null && ended.has(actor.tokenId) ? { ...actor, tokenId: null } : actor;
    ended.add(id);
    const token = tokens.get(id);
    return token === undefined ? [] : [{ token, actor: by }];
  });
  return { added: [], updated: revoked(asked, context) };
}
