import { computed, signal } from "@preact/signals";
import { ApiError, post, Unreachable } from "../api/client.ts";
import type { CreatedToken, SuccessorToken, Token, TokenRotation } from "../api/types.ts";
import { servicesName } from "../format.ts";
import { announce } from "./announcements.ts";
import { readClock } from "./clock.ts";
import { watchIdleness } from "./idle.ts";
import { forgetToken, keepInstead, keepToken, keptToken, noteActivity } from "./kept-token.ts";
import { reportUnreachable } from "./reachability.ts";

export type Session =
  /** `notice` says why, where it was not the person's own wish. */
  | { readonly state: "signed-out"; readonly notice: string | null }
  /** The token that was kept for this tab is being looked at. */
  | { readonly state: "resuming"; readonly secret: string }
  | { readonly state: "signed-in"; readonly secret: string; readonly self: Token };

type SignedIn = Extract<Session, { state: "signed-in" }>;

/** The token is good, but not for Publisher itself. */
class ForServices extends Error {
  override readonly name = "ForServices";
}

const UNAUTHENTICATED = 401;

export const session = signal<Session>(firstSession());

/** The token that the person is signed in with. */
export const self = computed(() => (session.value.state === "signed-in" ? session.value.self : null));

export const mayWrite = computed(() => self.value?.access === "write");

export interface ShownSecret {
  readonly created: CreatedToken;
  /** What becomes of the secret that it takes the place of, as a sentence; null where there is none. */
  readonly remark: string | null;
}

/** The created tokens whose secrets are on the screen one after the other, and nowhere else. */
export const shownSecrets = signal<readonly ShownSecret[]>([]);

let stopWatching = () => {};

/** Over once it is known what the token that one is signed in with has been replaced by, if it is being replaced. */
let succession: Promise<unknown> | null = null;

function firstSession(): Session {
  const secret = keptToken();
  return secret === null ? { state: "signed-out", notice: null } : { state: "resuming", secret };
}

/** Signs in with a secret, if the API knows it. Throws as `post` does, and ForServices. */
export async function signIn(secret: string, isKept: boolean): Promise<void> {
  const self = await watched(post<Token>("api-token/current", {}, secret));
  if (self.audiences !== null)
    throw new ForServices(forServicesSentence(self.audiences, self.verifies === true));
  if (isKept && !keepToken(secret)) {
    announce("This browser keeps nothing for this page: a reload signs you out.");
  }
  stopWatching();
  stopWatching = watchIdleness(noteActivity, signOutIdle);
  // From here on times are told by the server's clock, which its answer has told.
  readClock();
  session.value = { state: "signed-in", secret, self };
}

function forServicesSentence(audiences: readonly string[], verifies: boolean): string {
  const does = verifies ? "checks tokens for" : "is for";
  return `This token ${does} ${servicesName(audiences)}, and not for Publisher itself`;
}

/** Goes on with the token that was kept for this tab. */
export async function resume(secret: string): Promise<void> {
  try {
    await signIn(secret, true);
  } catch (error) {
    if (!isRefused(error)) throw error;
    signOut(refusedNotice(error));
  }
}

export function showSecret(secret: ShownSecret): void {
  shownSecrets.value = [...shownSecrets.value, secret];
}

export function signOut(notice: string | null = null): void {
  stopWatching();
  forgetToken();
  session.value = { state: "signed-out", notice };
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

/** A secret that nobody looks at is not left on the screen. */
function signOutIdle(): void {
  const lost = shownSecrets.value.map(({ created }) => created.id).join(", ");
  shownSecrets.value = [];
  signOut(
    `You were signed out after 30 minutes without activity.${lost && ` The new secret that was shown is gone with that: unless you stored it, rotate ${lost} to get another.`}`,
  );
}

/** A call as who is signed in; one that is refused for its token signs out. Throws as `post` does. */
export async function authenticated<Answer>(endpoint: string, body: object): Promise<Answer> {
  const current = signedIn();
  try {
    return await watched(post<Answer>(endpoint, body, current.secret));
  } catch (error) {
    await succession;
    signOutIfRefused(error, current);
    throw error;
  }
}

/** Replaces the token that one is signed in with, and goes on with its successor. Throws as `post` does. */
export async function replaceSelf(rotation: TokenRotation): Promise<SuccessorToken> {
  const current = signedIn();
  const call = watched(post<SuccessorToken>("api-token/rotate", rotation, current.secret));
  const isOver = call.then(
    (successor) => goOnWith(successor, current),
    (error) => signOutIfRefused(error, current),
  );
  succession = isOver;
  await isOver;
  succession = null;
  return await call;
}

/** Takes over what has changed about the token that one is signed in with. */
export function noteSelf(token: Token): void {
  const current = session.value;
  if (current.state === "signed-in" && current.self.id === token.id)
    session.value = { ...current, self: token };
}

function goOnWith(successor: SuccessorToken, { self }: SignedIn): void {
  const current = session.value;
  if (current.state !== "signed-in" || current.self.id !== self.id) return;
  const { id, token: secret, created_at, expires_at } = successor;
  const hint = self.hint.replace(/….*/, `…${secret.slice(-4)}`);
  session.value = {
    state: "signed-in",
    secret,
    self: { ...current.self, id, hint, created_at, created_by: self.id, expires_at, last_used_at: null },
  };
  keepInstead(secret);
}

function signedIn(): SignedIn {
  if (session.value.state !== "signed-in") throw new Error("nobody is signed in");
  return session.value;
}

/** Unless by now somebody else is signed in, or the same with another token. */
function signOutIfRefused(error: unknown, current: SignedIn): void {
  if (isRefused(error) && session.value === current) signOut(refusedNotice(error));
}

function isRefused(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === UNAUTHENTICATED;
}

async function watched<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Unreachable) reportUnreachable();
    throw error;
  }
}

function refusedNotice({ message }: ApiError): string {
  return `You were signed out: ${message.charAt(0).toLowerCase()}${message.slice(1)}.`;
}
