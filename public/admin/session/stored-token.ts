import { IDLE_LIMIT_MS } from "./inactivity.ts";
import { joined, split } from "./secret-halves.ts";

/*
 * A token that is kept for a tab outlives a reload, but must not be in the browser's files. Browsers write everything
 * to disk that a page can store, `sessionStorage` too. Only the tab's name, `window.name`, outlives a reload in memory
 * alone. Another site that is opened in the tab may read that name, so it has only one half of the token.
 */

const TOKEN_KEY = "publisher.token";
const ACTIVE_KEY = "publisher.active-at";
const GROUP_KEY = "publisher.family";

/** Begins a name that is half of a token. */
const NAME = "publisher:";

/**
 * Keeps a token and the name of its group for this tab, and for no longer than one may be idle. Says whether the
 * browser lets it.
 */
export function storeToken(secret: string, group: string): boolean {
  const kept = storage();
  const { one, other } = split(secret);
  try {
    kept?.setItem(TOKEN_KEY, other);
    kept?.setItem(GROUP_KEY, group);
  } catch {
    return false;
  }
  if (kept === null) return false;
  window.name = NAME + one;
  noteActivity(Date.now());
  return true;
}

/** Keeps a token in the place of the one that is kept, if there is one. */
export function replaceStoredToken(secret: string, group: string): void {
  if (hasStoredToken()) storeToken(secret, group);
}

/** Whether a token is kept for this tab. */
export function hasStoredToken(): boolean {
  return storage()?.getItem(TOKEN_KEY) != null;
}

/** The name of the group of the kept token; null if there is none. */
export function storedGroup(): string | null {
  return storage()?.getItem(GROUP_KEY) ?? null;
}

/** The token that is kept; null if there is none, and once the browser was closed in between. */
export function storedToken(): string | null {
  const activeAt = Number(storage()?.getItem(ACTIVE_KEY));
  const secret = Date.now() - activeAt >= IDLE_LIMIT_MS ? null : storedSecret();
  if (secret === null) removeStoredToken();
  return secret;
}

export function noteActivity(atMs: number): void {
  if (hasStoredToken()) storage()?.setItem(ACTIVE_KEY, String(atMs));
}

export function removeStoredToken(): void {
  storage()?.removeItem(TOKEN_KEY);
  storage()?.removeItem(ACTIVE_KEY);
  storage()?.removeItem(GROUP_KEY);
  if (window.name.startsWith(NAME)) window.name = "";
}

function storedSecret(): string | null {
  if (!window.name.startsWith(NAME)) return null;
  return joined({ one: window.name.slice(NAME.length), other: storage()?.getItem(TOKEN_KEY) ?? "" });
}

/** Null where the browser refuses pages any storage, as it may with cookies switched off. */
function storage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
