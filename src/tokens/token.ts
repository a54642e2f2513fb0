import { DESCRIPTION_LIMIT } from "./limits.ts";
import { containsSecret } from "./secret/redaction.ts";
import { LAST_MOMENT, type UnixSeconds } from "./time.ts";
import type { Access, Status } from "./token-values.ts";
import { codePoints } from "./visible-text.ts";

export { ACCESSES, type Access, STATUSES, type Status } from "./token-values.ts";

/** A token without its secret, which is stored nowhere. */
export interface Token {
  readonly id: string;
  readonly access: Access;
  /** The services that it is for; null for Publisher's own API. */
  readonly audiences: readonly string[] | null;
  readonly description: string | null;
  /** The last characters of the secret. */
  readonly hint: string;
  readonly createdAt: UnixSeconds;
  /** The id of the token that created this one; null for the command line. */
  readonly createdBy: string | null;
  readonly expiresAt: UnixSeconds | null;
  readonly revokedAt: UnixSeconds | null;
  readonly lastUsedAt: UnixSeconds | null;
  /** The id of the token that took its place; null where none did. */
  readonly replacedBy: string | null;
  /** Whether it may verify tokens for its audiences, and do nothing else. */
  readonly verifies: boolean;
  /** When its secret was last shown after the token was revoked or replaced. */
  readonly reusedAt: UnixSeconds | null;
  /** The IP address from which that was. */
  readonly reusedFrom: string | null;
}

export function statusAt(token: Pick<Token, "expiresAt" | "revokedAt">, now: UnixSeconds): Status {
  if (token.revokedAt !== null) return "revoked";
  return token.expiresAt !== null && now >= token.expiresAt ? "expired" : "active";
}

/** Whether access `held` includes access `needed`. */
export function permits(held: Access, needed: Access): boolean {
  return held === "write" || needed === "read";
}

const WITH_SECRET =
  "must not contain the secret of a token: everybody who reads the audit trail could use it. Leave it out, and rotate or revoke that token if others may have seen it";

/** The fault of a description, as the end of a sentence that begins with its name; null for none. */
export function descriptionFault(text: string): string | null {
  return descriptionFormFault(text) ?? (containsSecret(text) ? WITH_SECRET : null);
}

/** The same for a text that is only compared with descriptions, and stored nowhere. */
export function descriptionFormFault(text: string): string | null {
  if (/\p{Cc}/u.test(text)) return "must not have control characters, such as a newline or a tab";
  if (!text.isWellFormed()) return "must be well-formed Unicode, without lone surrogates";
  return codePoints(text) > DESCRIPTION_LIMIT ? `must have at most ${DESCRIPTION_LIMIT} characters` : null;
}

/** The fault of an expiry, as the end of a sentence that begins with its name; null for none. */
export function expiryFault(expiresAt: UnixSeconds, now: UnixSeconds): string | null {
  if (expiresAt > LAST_MOMENT) return "must not be after the year 9999";
  return expiresAt > now ? null : "must be in the future";
}
