import type { Status, Token } from "./token.ts";

/** One thing that is wrong with what was asked: where, and what would be right. */
export interface Issue {
  /** The parameter, as `expires_at` or `filters[0].key`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Every reason for which the domain says no to what an authenticated caller asks. */
export type Refusal =
  | { readonly refused: "unauthenticated"; readonly reason: "unknown" | "expired" | "revoked" }
  | { readonly refused: "forbidden"; readonly reason: "replaced" | "wrong_audience" }
  | { readonly refused: "invalid"; readonly issues: readonly Issue[] }
  | { readonly refused: "not-found"; readonly resource: "api-token" }
  | { readonly refused: "conflict"; readonly token: Token; readonly status: Status };

export const NO_SUCH_TOKEN: Refusal = { refused: "not-found", resource: "api-token" };

/** Every reason for which a request is not let in. */
export type AuthenticationRefusal =
  | "missing"
  | "malformed"
  | "unknown"
  | "expired"
  | "revoked"
  | "replaced"
  | "wrong_audience"
  | "insufficient_access";

export function isRefusal(outcome: object): outcome is Refusal {
  return "refused" in outcome;
}
