import { type ApiError, post } from "../api/client.ts";
import type { Token } from "../api/types.ts";
import { readClock } from "../app/clock.ts";
import { servicesName } from "../app/format.ts";
import { isRefused, watched } from "../app/outcomes.ts";
import { announce, hush } from "../ui/announcements.ts";
import { Family, type FamilyMessage, type Replacement } from "./family.ts";
import { type HandedOver, redeem } from "./hand-over.ts";
import { type IdleWatch, watchIdleness } from "./inactivity.ts";
import { forgetToken, isKeeping, keepInstead, keepToken, noteActivity } from "./kept-token.ts";
import { randomName } from "./secret-halves.ts";
import { type SignedIn, session, shownSecrets } from "./session.ts";
import { forgetOldSignOuts, isSignedOut, noteSignedOut } from "./signed-out-families.ts";

/** The token is good, but not for Publisher itself. */
class ForServices extends Error {
  override readonly name = "ForServices";
}

/** Signs out when nobody has touched anything for long. */
let watch: IdleWatch | null = null;

/** The tabs of this session; null if nobody is signed in. */
let family: Family | null = null;

/** The ids of the tokens of this session that were replaced while this tab was there. */
const replaced = new Set<string>();

const ELSEWHERE = "You signed out in another tab.";

/** Signs in with a secret, if the API knows it. Throws as `post` does, and ForServices. */
export async function signIn(secret: string, isKept: boolean, familyName = randomName()): Promise<void> {
  const self = await watched(post<Token>("api-token/current", {}, secret));
  if (self.audiences !== null)
    throw new ForServices(forServicesSentence(self.audiences, self.verifies === true));
  if (isKept && !keepToken(secret, familyName)) {
    announce("This browser keeps nothing for this page: a reload signs you out.");
  }
  end();
  family = new Family(familyName, hearFamily);
  watch = watchIdleness(tellActive, signOutIdle);
  // From here on times are told by the server's clock, which its answer has told.
  readClock();
  session.value = { state: "signed-in", secret, self };
}

function forServicesSentence(audiences: readonly string[], verifies: boolean): string {
  const does = verifies ? "checks tokens for" : "is for";
  return `This token ${does} ${servicesName(audiences)}, and not for Publisher itself`;
}

/** Goes on with the token that was kept for this tab, or came from another. */
export async function resume({ secret, isKept, family: name }: HandedOver): Promise<void> {
  forgetOldSignOuts();
  try {
    if (!isSignedOut(name)) await signIn(secret, isKept, name);
  } catch (error) {
    if (!isRefused(error)) throw error;
    signOut(refusedNotice(error));
    return;
  }
  if (isSignedOut(name)) signOut(ELSEWHERE);
  else if (session.value.state === "signed-in") family?.tell({ what: "resumed", id: session.value.self.id });
}

/** Takes over the session of the tab that a link was opened from, if it still has one. */
export async function join(ticket: string): Promise<void> {
  const handed = await redeem(ticket);
  session.value = handed === null ? { state: "signed-out", notice: null } : { state: "resuming", ...handed };
}

/**
 * Returns a function that gives what a tab that is opened from this one needs to go on with the present session, or
 * null once that is over.
 */
export function sessionToHandOver(): () => HandedOver | null {
  const issuer = family;
  return () => {
    const current = session.value;
    if (current.state !== "signed-in" || issuer === null || family !== issuer) return null;
    return { secret: current.secret, isKept: isKeeping(), family: issuer.name };
  };
}

function end(): void {
  watch?.stop();
  family?.leave();
  replaced.clear();
  watch = null;
  family = null;
}

function tellActive(atMs: number): void {
  noteActivity(atMs);
  family?.tell({ what: "active", atMs });
}

/** What another tab of the session has told. */
function hearFamily(message: FamilyMessage): void {
  if (message.what === "active") {
    noteActivity(message.atMs);
    watch?.note(message.atMs);
  }
  if (message.what === "signed-out") signOut(message.notice ?? ELSEWHERE);
  if (message.what === "replaced") goOnWith(message);
  if (message.what === "resumed") tellReplacement(message.id);
}

/** Signs out in every tab of the session. */
export function signOutEverywhere(notice: string | null = null): void {
  if (family !== null) noteSignedOut(family.name);
  family?.tell({ what: "signed-out", notice });
  signOut(notice);
}

/** Signs out in this tab. The others find out by themselves: what ends a token ends it for each of them. */
export function signOut(notice: string | null = null): void {
  end();
  hush();
  forgetToken();
  session.value = { state: "signed-out", notice };
}

/** A secret that nobody looks at is not left on the screen. */
function signOutIdle(): void {
  const lost = shownSecrets.value.map(({ created }) => created.id).join(", ");
  shownSecrets.value = [];
  signOut(
    `You were signed out after 30 minutes without activity.${lost && ` The new secret that was shown is gone with that: unless you stored it, rotate ${lost} to get another.`}`,
  );
}

/** Goes on with the token that has replaced the one that somebody is signed in with, in every tab of the session. */
export function succeed(replacement: Replacement): void {
  goOnWith(replacement);
  family?.tell({ what: "replaced", ...replacement });
}

function goOnWith({ id, secret, self }: Replacement): void {
  const current = session.value;
  if (current.state !== "signed-in" || current.self.id !== id || family === null) return;
  session.value = { state: "signed-in", secret, self };
  replaced.add(id);
  keepInstead(secret, family.name);
}

/** A tab that was away did not hear which token took the place of its own. */
function tellReplacement(id: string): void {
  const current = session.value;
  if (current.state !== "signed-in" || !replaced.has(id)) return;
  family?.tell({ what: "replaced", id, secret: current.secret, self: current.self });
}

/** Signs out if a call was refused for its token, unless by now somebody else is signed in, or the same with another token. */
export function signOutIfRefused(error: unknown, current: SignedIn): void {
  if (isRefused(error) && session.value === current) signOut(refusedNotice(error));
}

function refusedNotice({ message }: ApiError): string {
  return `You were signed out: ${message.charAt(0).toLowerCase()}${message.slice(1)}.`;
}
