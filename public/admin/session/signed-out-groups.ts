import { IDLE_LIMIT_MS } from "./inactivity.ts";

/*
 * A tab that shows another site, or loads while another tab signs out, does not get the message. So the browser stores
 * the names of the groups that signed out, for as long as a tab may store a token. A name is random and opens nothing.
 */

const KEY = "publisher.signed-out";

type Ends = Readonly<Record<string, number>>;

export function recordSignOut(group: string, nowMs = Date.now()): void {
  write({ ...recent(nowMs), [group]: nowMs });
}

/** Whether another tab of that group has signed out. */
export function isSignedOut(group: string, nowMs = Date.now()): boolean {
  return group in recent(nowMs);
}

/** Removes sign-outs that no tab needs any more. */
export function removeOldSignOuts(nowMs = Date.now()): void {
  write(recent(nowMs));
}

/** The sign-outs after which a tab may still store a token. */
function recent(nowMs: number): Ends {
  return Object.fromEntries(Object.entries(read()).filter(([, atMs]) => nowMs - atMs < IDLE_LIMIT_MS));
}

function read(): Ends {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

/** Does nothing where the browser refuses pages any storage. */
function write(ends: Ends): void {
  try {
    if (Object.keys(ends).length === 0) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(ends));
  } catch {
    return;
  }
}
