import { type Access, permits, type Token } from "./token.ts";

/** The access and the service that a token is checked for. */
export interface Purpose {
  readonly access: Access;
  /** The service that is asked for; null for Publisher's own API. */
  readonly audience: string | null;
}

/** Why a token is not good for something. */
export type DenialReason = "wrong_audience" | "insufficient_access";

export type UseOutcome = "accepted" | "refused";

/** The token of a secret, and whether it has ended. */
export type Authentication =
  | { readonly token: Token; readonly refusal: "expired" | "revoked" | null }
  | { readonly token: null; readonly refusal: "malformed" | "unknown" };

/** The outcome of a check of a secret for a purpose. */
export type Verdict =
  | { readonly token: Token; readonly reason: "expired" | "revoked" | DenialReason | null }
  | { readonly token: null; readonly reason: "malformed" | "unknown" | "wrong_audience" };

/** Why a token that has not ended is not good for that; null if it is. */
export function denialReason(token: Token, purpose: Purpose): DenialReason | null {
  if (!isFor(token, purpose.audience)) return "wrong_audience";
  return permits(token.access, purpose.access) ? null : "insufficient_access";
}

/** Whether the token opens that service, or, with null, Publisher's own API. A token that verifies opens neither. */
export function isFor({ audiences, verifies }: Token, audience: string | null): boolean {
  if (verifies) return false;
  if (audience === null) return audiences === null;
  return audiences?.includes(audience) ?? false;
}
