import { LAST_MOMENT, type UnixSeconds } from "./time.ts";
import type { Token } from "./token.ts";

/** The options of a rotation. */
export interface RotationRequest {
  readonly overlapSeconds: number;
  /** When the successor ends: null for never, undefined for as long as the old token lives, from now on. */
  readonly expiresAt: UnixSeconds | null | undefined;
}

/** When the successor of a token ends. */
export function successorExpiry(
  token: Token,
  { expiresAt }: RotationRequest,
  now: UnixSeconds,
): UnixSeconds | null {
  if (expiresAt !== undefined) return expiresAt;
  if (token.expiresAt === null) return null;
  // Where the clock was set back, a token can come from the future and would hand on a lifetime below zero.
  const lifetime = token.expiresAt - Math.min(token.createdAt, now);
  return Math.min(now + lifetime, LAST_MOMENT);
}

/** Brings the end of a token nearer: an overlap of 0 revokes it, and no overlap makes it live longer. */
export function replaced(
  token: Token,
  replacedBy: string,
  { overlapSeconds }: RotationRequest,
  now: UnixSeconds,
): Token {
  if (overlapSeconds === 0) return { ...token, replacedBy, revokedAt: now };
  return { ...token, replacedBy, expiresAt: Math.min(token.expiresAt ?? LAST_MOMENT, now + overlapSeconds) };
}
