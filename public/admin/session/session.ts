import { computed, signal } from "@preact/signals";
import type { CreatedToken, Token } from "../api/types.ts";
import { randomName } from "./secret-halves.ts";
import { type SessionTransfer, splitTicket } from "./session-transfer.ts";
import { storedGroup, storedToken } from "./stored-token.ts";

export type Session =
  /** `notice` says why, where it was not the person's own wish. */
  | { readonly state: "signed-out"; readonly notice: string | null }
  /** Another tab is asked for its session. */
  | { readonly state: "joining"; readonly ticket: string }
  /** The token that was kept for this tab, or came from another, is being looked at. */
  | ({ readonly state: "resuming" } & SessionTransfer)
  | { readonly state: "signed-in"; readonly secret: string; readonly self: Token };

export type SignedIn = Extract<Session, { state: "signed-in" }>;

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

function firstSession(): Session {
  const ticket = takeTicket();
  const secret = storedToken();
  if (secret !== null)
    return { state: "resuming", secret, staysSignedIn: true, group: storedGroup() ?? randomName() };
  return ticket === null ? { state: "signed-out", notice: null } : { state: "joining", ticket };
}

/** Takes the ticket of another tab out of the address, which may be kept or passed on. */
function takeTicket(): string | null {
  const { ticket, address } = splitTicket(location.hash);
  if (ticket !== null) history.replaceState(null, "", address);
  return ticket;
}

export function showSecret(secret: ShownSecret): void {
  shownSecrets.value = [...shownSecrets.value, secret];
}

/** Takes over what has changed about the token that one is signed in with. */
export function noteSelf(token: Token): void {
  const current = session.value;
  if (current.state === "signed-in" && current.self.id === token.id)
    session.value = { ...current, self: token };
}

export function signedIn(): SignedIn {
  if (session.value.state !== "signed-in") throw new Error("nobody is signed in");
  return session.value;
}
