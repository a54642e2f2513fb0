import { IDLE_LIMIT_MS } from "./inactivity.ts";
import { joined, split } from "./secret-halves.ts";

/*
 * A stored token outlives a reload of its tab, but must not be in the browser's files. Browsers write everything
 * to disk that a page can store, `sessionStorage` too. Only the tab's name, `window.name`, outlives a reload in memory
 * alone. Another site that is opened in the tab may read that name, so it has only one half of the token.
 */

const TOKEN_KEY = "publisher.token";
const ACTIVE_KEY = "publisher.active-at";
const GROUP_KEY = "publisher.family";

/** Begins a name that is half of a token. */
const NAME = "publisher:";

/**
 * Stores a token and the name of its group for this tab, until the idle limit. Returns false if the browser refuses
 * storage.
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

/** Replaces the stored token, if there is one. */
export function replaceStoredToken(secret: string, group: string): void {
  if (hasStoredToken()) storeToken(secret, group);
}

/** Whether a token is stored for this tab. */
export function hasStoredToken(): boolean {
  return storage()?.getItem(TOKEN_KEY) != null;
}

/** The name of the group of the stored token; null if there is none. */
export function storedGroup(): string | null {
  return storage()?.getItem(GROUP_KEY) ?? null;
}

/** The stored token; null if there is none, if it is too old, or if the browser was closed since. */
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
