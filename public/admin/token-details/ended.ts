import type { Token } from "../api/types.ts";
import { now } from "../app/clock.ts";

/** A token as it is by now: one whose end has come since it was loaded has expired. */
export function asOfNow(token: Token): Token {
  const { status, expires_at: expiresAt } = token;
  const isOver = status === "active" && expiresAt !== null && Date.parse(expiresAt) <= now.value;
  return isOver ? { ...token, status: "expired" } : token;
}
