import { self, session, signedIn } from "../session/session.ts";
import { signOut, signOutIfRefused, succeed } from "../session/signing.ts";
import type { Replacement } from "../session/tab-group.ts";
import { isAnswerLost, post } from "./client.ts";
import { isRefused, watched } from "./outcomes.ts";
import type { SuccessorToken, Token, TokenRotation } from "./types.ts";

/** A running replacement of the token that is signed in; null if there is none. */
let succession: Promise<unknown> | null = null;

/** The number of lost answers to such a replacement. */
let lostAnswers = 0;

/**
 * Calls an endpoint with the token that is signed in. A call that is refused for its token signs out, unless the answer
 * to a replacement got lost while the call ran: signing out would remove the advice on how to go on. Throws as `post`.
 */
export async function authenticated<Answer>(endpoint: string, body: object): Promise<Answer> {
  const current = signedIn();
  const lostBefore = lostAnswers;
  try {
    return await watched(post<Answer>(endpoint, body, current.secret));
  } catch (error) {
    await succession;
    if (lostAnswers === lostBefore) signOutIfRefused(error, current);
    throw error;
  }
}

/** Replaces the token that is signed in, and goes on with its successor. Throws as `post` does. */
export async function replaceSelf(rotation: TokenRotation): Promise<SuccessorToken> {
  const current = signedIn();
  const call = watched(post<SuccessorToken>("api-token/rotate", rotation, current.secret));
  const isOver = call.then(
    (successor) => {
      // Its description may have been changed meanwhile.
      const old = self.value?.id === current.self.id ? self.value : current.self;
      succeed(replacementOf(old, successor));
    },
    (error) => {
      if (isAnswerLost(error)) lostAnswers += 1;
      signOutIfRefused(error, current);
    },
  );
  succession = isOver;
  await isOver;
  succession = null;
  return await call;
}

/** Signs out if the token that is signed in was revoked. Without an answer, the next call finds out. */
export async function signOutIfRevoked(notice: string): Promise<void> {
  const current = session.value;
  if (current.state !== "signed-in") return;
  try {
    await watched(post<Token>("api-token/current", {}, current.secret));
  } catch (error) {
    if (isRefused(error) && session.value === current) signOut(notice);
  }
}

function replacementOf(self: Token, successor: SuccessorToken): Replacement {
  const { id, token: secret, created_at, expires_at } = successor;
  const hint = self.hint.replace(/….*/, `…${secret.slice(-4)}`);
  const next = { ...self, id, hint, created_at, created_by: self.id, expires_at, last_used_at: null };
  return { id: self.id, secret, self: next };
}
