import { computed, signal } from "@preact/signals";
import type { CreatedToken, Token } from "../api/types.ts";
import { randomName } from "./secret-halves.ts";
import { type SessionTransfer, splitTicket } from "./session-transfer.ts";
import { storedGroup, storedToken } from "./stored-token.ts";

export type Session =
  /** `notice` is the reason, unless the person signed out. */
  | { readonly state: "signed-out"; readonly notice: string | null }
  /** Another tab is asked for its session. */
  | { readonly state: "joining"; readonly ticket: string }
  /** The page checks the token that this tab stored, or got from another tab. */
  | ({ readonly state: "resuming" } & SessionTransfer)
  | { readonly state: "signed-in"; readonly secret: string; readonly self: Token };

export type SignedIn = Extract<Session, { state: "signed-in" }>;

export const session = signal<Session>(firstSession());

/** The token that the person is signed in with. */
export const self = computed(() => (session.value.state === "signed-in" ? session.value.self : null));

export const mayWrite = computed(() => self.value?.access === "write");

export interface ShownSecret {
  readonly created: CreatedToken;
  /** The future of the secret that it replaces, as a sentence; null if it replaces none. */
  readonly remark: string | null;
}

/** The created tokens, to show their secrets one after the other. The page has these secrets nowhere else. */
export const shownSecrets = signal<readonly ShownSecret[]>([]);

function firstSession(): Session {
  const ticket = takeTicket();
  const secret = storedToken();
  if (secret !== null)
    return { state: "resuming", secret, staysSignedIn: true, group: storedGroup() ?? randomName() };
  return ticket === null ? { state: "signed-out", notice: null } : { state: "joining", ticket };
}

/** Removes the ticket of another tab from the address, which a person may store or pass on. */
function takeTicket(): string | null {
  const { ticket, address } = splitTicket(location.hash);
  if (ticket !== null) history.replaceState(null, "", address);
  return ticket;
}

export function showSecret(secret: ShownSecret): void {
  shownSecrets.value = [...shownSecrets.value, secret];
}

/** Updates the token that is signed in. */
export function noteSelf(token: Token): void {
  const current = session.value;
  if (current.state === "signed-in" && current.self.id === token.id)
    session.value = { ...current, self: token };
}

export function signedIn(): SignedIn {
  if (session.value.state !== "signed-in") throw new Error("nobody is signed in");
  return session.value;
}
