import { type ApiError, post } from "../api/client.ts";
import { isRefused, watched } from "../api/outcomes.ts";
import type { Token } from "../api/types.ts";
import { readClock } from "../app/clock.ts";
import { servicesName } from "../app/format.ts";
import { announce, hush } from "../ui/announcements.ts";
import { IDLE_LIMIT_MINUTES, type IdleWatch, watchIdleness } from "./inactivity.ts";
import { randomName } from "./secret-halves.ts";
import { type SignedIn, session, shownSecrets } from "./session.ts";
import { redeem, type SessionTransfer } from "./session-transfer.ts";
import { isSignedOut, recordSignOut, removeOldSignOuts } from "./signed-out-groups.ts";
import {
  hasStoredToken,
  noteActivity,
  removeStoredToken,
  replaceStoredToken,
  storeToken,
} from "./stored-token.ts";
import { type Replacement, TabGroup, type TabMessage } from "./tab-group.ts";

/** The token is good, but not for Publisher itself. */
class ForServices extends Error {
  override readonly name = "ForServices";
}

/** Signs out after the idle limit. */
let watch: IdleWatch | null = null;

/** The tabs of this session; null if nobody is signed in. */
let group: TabGroup | null = null;

/** The ids of the tokens of this session that were replaced while this tab was there. */
const replaced = new Set<string>();

const ELSEWHERE = "You signed out in another tab.";

/** Signs in with a secret, if the API knows it. Throws as `post` does, and ForServices. */
export async function signIn(
  secret: string,
  staysSignedIn: boolean,
  groupName = randomName(),
): Promise<void> {
  const self = await watched(post<Token>("api-token/current", {}, secret));
  if (self.audiences !== null)
    throw new ForServices(forServicesSentence(self.audiences, self.verifies === true));
  if (staysSignedIn && !storeToken(secret, groupName)) {
    announce("This browser stores nothing for this page: a reload signs you out.");
  }
  end();
  group = new TabGroup(groupName, receive);
  watch = watchIdleness(reportActivity, signOutIdle);
  // The answer has set the server's time.
  readClock();
  session.value = { state: "signed-in", secret, self };
}

function forServicesSentence(audiences: readonly string[], verifies: boolean): string {
  const does = verifies ? "checks tokens for" : "is for";
  return `This token ${does} ${servicesName(audiences)}, and not for Publisher itself`;
}

/** Goes on with the token that this tab stored, or got from another tab. */
export async function resume({ secret, staysSignedIn, group: name }: SessionTransfer): Promise<void> {
  removeOldSignOuts();
  try {
    if (!isSignedOut(name)) await signIn(secret, staysSignedIn, name);
  } catch (error) {
    if (!isRefused(error)) throw error;
    signOut(refusedNotice(error));
    return;
  }
  if (isSignedOut(name)) signOut(ELSEWHERE);
  else if (session.value.state === "signed-in") group?.send({ type: "resumed", id: session.value.self.id });
}

/** Takes over the session of the tab that a link was opened from, if it still has one. */
export async function join(ticket: string): Promise<void> {
  const handed = await redeem(ticket);
  session.value = handed === null ? { state: "signed-out", notice: null } : { state: "resuming", ...handed };
}

/**
 * Returns a function for a tab that is opened from this one. It returns the present session, or null once that has
 * ended.
 */
export function transferableSession(): () => SessionTransfer | null {
  const issuer = group;
  return () => {
    const current = session.value;
    if (current.state !== "signed-in" || issuer === null || group !== issuer) return null;
    return { secret: current.secret, staysSignedIn: hasStoredToken(), group: issuer.name };
  };
}

function end(): void {
  watch?.stop();
  group?.leave();
  replaced.clear();
  watch = null;
  group = null;
}

function reportActivity(atMs: number): void {
  noteActivity(atMs);
  group?.send({ type: "active", atMs });
}

/** Follows a message of another tab. */
function receive(message: TabMessage): void {
  if (message.type === "active") {
    noteActivity(message.atMs);
    watch?.note(message.atMs);
  }
  if (message.type === "signed-out") signOut(message.notice ?? ELSEWHERE);
  if (message.type === "replaced") goOnWith(message);
  if (message.type === "resumed") sendReplacement(message.id);
}

/** Signs out in every tab of the session. */
export function signOutEverywhere(notice: string | null = null): void {
  if (group !== null) recordSignOut(group.name);
  group?.send({ type: "signed-out", notice });
  signOut(notice);
}

/** Signs out in this tab. The server refuses an ended token in the other tabs too. */
export function signOut(notice: string | null = null): void {
  end();
  hush();
  removeStoredToken();
  session.value = { state: "signed-out", notice };
}

/** A secret that nobody looks at is not left on the screen. */
function signOutIdle(): void {
  const lost = shownSecrets.value.map(({ created }) => created.id).join(", ");
  shownSecrets.value = [];
  signOut(
    `You were signed out after ${IDLE_LIMIT_MINUTES} minutes without activity.${lost && ` The new secret that was shown is gone with that: unless you stored it, rotate ${lost} to get another.`}`,
  );
}

/** Goes on with the successor of the token that is signed in, in every tab of the session. */
export function succeed(replacement: Replacement): void {
  goOnWith(replacement);
  group?.send({ type: "replaced", ...replacement });
}

function goOnWith({ id, secret, self }: Replacement): void {
  const current = session.value;
  if (current.state !== "signed-in" || current.self.id !== id || group === null) return;
  session.value = { state: "signed-in", secret, self };
  replaced.add(id);
  replaceStoredToken(secret, group.name);
}

/** A tab that showed another site did not get the message about the new token. */
function sendReplacement(id: string): void {
  const current = session.value;
  if (current.state !== "signed-in" || !replaced.has(id)) return;
  group?.send({ type: "replaced", id, secret: current.secret, self: current.self });
}

/** Signs out if a call was refused for its token, unless another token is signed in by now. */
export function signOutIfRefused(error: unknown, current: SignedIn): void {
  if (isRefused(error) && session.value === current) signOut(refusedNotice(error));
}

function refusedNotice({ message }: ApiError): string {
  return `You were signed out: ${message.charAt(0).toLowerCase()}${message.slice(1)}.`;
}
