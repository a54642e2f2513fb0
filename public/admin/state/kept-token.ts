import { IDLE_LIMIT_MS } from "./idle.ts";

const TOKEN_KEY = "publisher.token";
const ACTIVE_KEY = "publisher.active-at";

/** Keeps a token for this tab, and for no longer than one may be idle; says whether the browser lets it. */
export function keepToken(secret: string): boolean {
  try {
    storage()?.setItem(TOKEN_KEY, secret);
    noteActivity(Date.now());
  } catch {
    return false;
  }
  return storage() !== null;
}

/** Keeps a token in the place of the one that is kept, if there is one. */
export function keepInstead(secret: string): void {
  if (storage()?.getItem(TOKEN_KEY) != null) keepToken(secret);
}

export function keptToken(): string | null {
  const activeAt = Number(storage()?.getItem(ACTIVE_KEY));
  if (Date.now() - activeAt >= IDLE_LIMIT_MS) forgetToken();
  return storage()?.getItem(TOKEN_KEY) ?? null;
}

export function noteActivity(atMs: number): void {
  const kept = storage();
  if (kept?.getItem(TOKEN_KEY) != null) kept.setItem(ACTIVE_KEY, String(atMs));
}

export function forgetToken(): void {
  storage()?.removeItem(TOKEN_KEY);
  storage()?.removeItem(ACTIVE_KEY);
}

/** Null where the browser refuses pages any storage, as it may with cookies switched off. */
function storage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
