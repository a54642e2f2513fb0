import type { Status, Token } from "./token.ts";

/** A fault of a request, with its place. */
export interface Issue {
  /** The parameter, as `expires_at` or `filters[0].key`; empty for the whole. */
  readonly path: string;
  /** The end of a sentence that begins with the path and says how to mend the fault. */
  readonly message: string;
}

/** The outcome of an authenticated request that the domain refuses. */
export type Refusal =
  | { readonly refused: "unauthenticated"; readonly reason: "unknown" | "expired" | "revoked" }
  | { readonly refused: "forbidden"; readonly reason: "replaced" | "wrong_audience" }
  | { readonly refused: "invalid"; readonly issues: readonly Issue[] }
  | { readonly refused: "not-found"; readonly resource: "api-token" }
  | { readonly refused: "conflict"; readonly token: Token; readonly status: Status };

export const NO_SUCH_TOKEN: Refusal = { refused: "not-found", resource: "api-token" };

/** Why authentication refuses a request. */
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
