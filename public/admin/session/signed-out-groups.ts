import { IDLE_LIMIT_MS } from "./inactivity.ts";

/*
 * A tab that is away or loads while another one signs out does not hear of it. So the names of the sessions that
 * somebody signed out of stay in the browser, for as long as a tab may keep a token. A name is random and opens
 * nothing.
 */

const KEY = "publisher.signed-out";

type Ends = Readonly<Record<string, number>>;

export function recordSignOut(group: string, nowMs = Date.now()): void {
  write({ ...recent(nowMs), [group]: nowMs });
}

/** Whether somebody signed out of that session in another tab. */
export function isSignedOut(group: string, nowMs = Date.now()): boolean {
  return group in recent(nowMs);
}

/** Removes what no tab needs any more. */
export function removeOldSignOuts(nowMs = Date.now()): void {
  write(recent(nowMs));
}

/** Those after which a tab may still keep a token. */
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
