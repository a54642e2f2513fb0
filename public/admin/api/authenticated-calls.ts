import { self, session, signedIn } from "../session/session.ts";
import { signOut, signOutIfRefused, succeed } from "../session/signing.ts";
import type { Replacement } from "../session/tab-group.ts";
import { isAnswerLost, post } from "./client.ts";
import { isRefused, watched } from "./outcomes.ts";
import type { SuccessorToken, Token, TokenRotation } from "./types.ts";

/** Over once it is known what the token that one is signed in with has been replaced by, if it is being replaced. */
let succession: Promise<unknown> | null = null;

/** How often the answer to such a replacement got lost. */
let lostAnswers = 0;

/**
 * A call as who is signed in; one that is refused for its token signs out. One that was on its way when the answer to
 * a replacement got lost does not: that would take away the advice on how to go on. Throws as `post` does.
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

/** Replaces the token that one is signed in with, and goes on with its successor. Throws as `post` does. */
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

/** Signs out if the token that one is signed in with was revoked. Without an answer, the next call finds out. */
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
