import { computed, signal } from "@preact/signals";
import { ApiError, post, Unreachable } from "../api/client.ts";
import type { CreatedToken, NewToken, Summary, Token, TokenPage } from "../api/types.ts";
import { announce } from "./announcements.ts";
import { watchIdleness } from "./idle.ts";
import { forgetToken, keepToken, keptToken, noteActivity } from "./kept-token.ts";
import { reportUnreachable } from "./reachability.ts";

export type Session =
  /** `notice` says why, where it was not the person's own wish. */
  | { readonly state: "signed-out"; readonly notice: string | null }
  /** The token that was kept for this tab is being looked at. */
  | { readonly state: "resuming"; readonly secret: string }
  | { readonly state: "signed-in"; readonly secret: string; readonly self: Token };

const UNAUTHENTICATED = 401;

export const session = signal<Session>(firstSession());

/** The token that the person is signed in with. */
export const self = computed(() => (session.value.state === "signed-in" ? session.value.self : null));

export const mayWrite = computed(() => self.value?.access === "write");

/** The created tokens whose secrets are on the screen one after the other, and nowhere else. */
export const shownSecrets = signal<readonly CreatedToken[]>([]);

/** Goes up with every change that this page made, so that what it shows is loaded anew. */
export const changes = signal(0);

let stopWatching = () => {};

function firstSession(): Session {
  const secret = keptToken();
  return secret === null ? { state: "signed-out", notice: null } : { state: "resuming", secret };
}

/** Signs in with a secret, if the API knows it. Throws as `post` does. */
export async function signIn(secret: string, isKept: boolean): Promise<void> {
  const self = await watched(post<Token>("api-token/current", {}, secret));
  if (isKept && !keepToken(secret)) {
    announce("This browser keeps nothing for this page: a reload signs you out.");
  }
  stopWatching();
  stopWatching = watchIdleness(noteActivity, () => {
    shownSecrets.value = [];
    signOut("You were signed out after 30 minutes without activity.");
  });
  session.value = { state: "signed-in", secret, self };
}

/** Goes on with the token that was kept for this tab. */
export async function resume(secret: string): Promise<void> {
  try {
    await signIn(secret, true);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== UNAUTHENTICATED) throw error;
    signOut(refusedNotice(error));
  }
}

export function signOut(notice: string | null = null): void {
  stopWatching();
  forgetToken();
  session.value = { state: "signed-out", notice };
}

export const api = {
  list: (body: object) => authenticated<TokenPage>("api-token/list", body),
  get: (id: string) => authenticated<Token>("api-token/get", { id }),
  summary: () => authenticated<Summary>("api-token/summary", {}),
  create: async (token: NewToken) => {
    const created = await authenticated<CreatedToken>("api-token/create", token);
    changes.value += 1;
    return created;
  },
  revoke: async (id: string) => {
    const revoked = await authenticated<Token>("api-token/revoke", { id });
    if (id === self.value?.id) signOut("You revoked the token that you were signed in with.");
    else changes.value += 1;
    return revoked;
  },
};

/** A call as who is signed in; one that is refused for its token signs out. */
async function authenticated<Answer>(endpoint: string, body: object): Promise<Answer> {
  const current = session.value;
  if (current.state !== "signed-in") throw new Error("nobody is signed in");
  try {
    return await watched(post<Answer>(endpoint, body, current.secret));
  } catch (error) {
    const isRefused = error instanceof ApiError && error.status === UNAUTHENTICATED;
    if (isRefused && session.value === current) signOut(refusedNotice(error));
    throw error;
  }
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
