import { IDLE_LIMIT_MS } from "./idle.ts";

const TOKEN_KEY = "publisher.token";
const ACTIVE_KEY = "publisher.active-at";

/** Keeps a token for this tab, and for no longer than one may be idle. */
export function keepToken(secret: string): void {
  sessionStorage.setItem(TOKEN_KEY, secret);
  noteActivity(Date.now());
}

export function keptToken(): string | null {
  const activeAt = Number(sessionStorage.getItem(ACTIVE_KEY));
  if (Date.now() - activeAt >= IDLE_LIMIT_MS) forgetToken();
  return sessionStorage.getItem(TOKEN_KEY);
}

export function noteActivity(atMs: number): void {
  if (sessionStorage.getItem(TOKEN_KEY) !== null) sessionStorage.setItem(ACTIVE_KEY, String(atMs));
}

export function forgetToken(): void {
  sessionStorage.removeItem(TOKEN_KEY);
  sessionStorage.removeItem(ACTIVE_KEY);
}
