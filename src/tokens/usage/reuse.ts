import type { UnixSeconds } from "../time.ts";
import { statusAt, type Token } from "../token.ts";

/** The request in which a secret is shown. */
export interface Showing {
  /** Its trace id, which the caller can choose. */
  readonly traceId: string;
  readonly requestId: string;
  readonly ip: string | null;
  readonly path: string;
  /** The token that asks about the secret; null where the secret is that of the request itself. */
  readonly caller: Pick<Token, "id"> | null;
}

/** How a token ended, if showing its secret after that is worth an alarm. */
export interface FinalEnd {
  readonly why: "revoked" | "replaced";
  readonly at: UnixSeconds;
}

/**
 * A secret that was shown after its token had been revoked or replaced: by a thief, or by a program that was
 * forgotten. OAuth has the same alarm for refresh tokens. https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2
 */
export interface Reuse {
  readonly token: Token;
  readonly end: FinalEnd;
  readonly showing: Showing;
}

/** How a token ended; null while it is active, and where its time alone ran out. A replaced one ends with its overlap. */
export function finalEnd(token: Token, now: UnixSeconds): FinalEnd | null {
  if (token.revokedAt !== null) return { why: "revoked", at: token.revokedAt };
  const isOver = token.expiresAt !== null && statusAt(token, now) === "expired";
  return isOver && token.replacedBy !== null ? { why: "replaced", at: token.expiresAt } : null;
}
