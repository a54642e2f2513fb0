import type { Token } from "../api/types.ts";
import { now } from "../app/clock.ts";

/** The token with its present status: it may have expired since it was loaded. */
export function asOfNow(token: Token): Token {
  const { status, expires_at: expiresAt } = token;
  const isOver = status === "active" && expiresAt !== null && Date.parse(expiresAt) <= now.value;
  return isOver ? { ...token, status: "expired" } : token;
}
