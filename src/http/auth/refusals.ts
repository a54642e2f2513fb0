import type { AuthenticationRefusal } from "../../tokens/refusal.ts";
import type { Access } from "../../tokens/token.ts";
import type { DenialReason } from "../../tokens/verification.ts";
import { Failure } from "../errors.ts";
import { UNKNOWN_TOKEN } from "../known-messages.ts";
import type { Carrier } from "./credentials.ts";

/** What the sender of a request is told about its token: who does not have the secret learns nothing of it. */
export const REFUSALS: Readonly<Record<AuthenticationRefusal, string>> = {
  missing: "There is no token in the request",
  malformed: UNKNOWN_TOKEN,
  unknown: UNKNOWN_TOKEN,
  expired: "The token has expired",
  revoked: "The token was revoked",
  replaced: "A replaced token may change neither itself nor its successor",
  wrong_audience: "The token is for other services",
  insufficient_access: "The access of the token does not reach",
};

/** What a request is answered that does not say who sends it, or does so by a token that is not good. */
export function unauthenticated(
  refusal: Exclude<AuthenticationRefusal, DenialReason | "replaced">,
  tried: Carrier | null,
  /** Where a token would be taken. */
  taken: readonly Carrier[],
): Failure {
  const error = `, error="invalid_token", error_description="${REFUSALS[refusal]}"`;
  const challenges = taken.map((carrier) => challenge(carrier, carrier === tried ? error : ""));
  return new Failure("authentication_error", {
    message: "Invalid or missing API token",
    refusal,
    headers: { "www-authenticate": challenges.join(", ") },
  });
}

/** What is answered to a token that may not do what it asks. https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
export function unauthorized(refusal: DenialReason | "replaced", needed: Access, tried: Carrier): Failure {
  const more =
    refusal === "insufficient_access" ? `scope="${needed}"` : `error_description="${REFUSALS[refusal]}"`;
  return new Failure("authorization_error", {
    message: "Insufficient permissions",
    refusal,
    headers:
      tried === "basic"
        ? {}
        : { "www-authenticate": challenge(tried, `, error="insufficient_scope", ${more}`) },
  });
}

/** What is answered to a token that was verified for something and is not good for it. */
export function refused(
  refusal: Exclude<AuthenticationRefusal, "missing" | "replaced">,
  needed: Access,
  tried: Carrier,
  taken: readonly Carrier[],
): Failure {
  return refusal === "wrong_audience" || refusal === "insufficient_access"
    ? unauthorized(refusal, needed, tried)
    : unauthenticated(refusal, tried, taken);
}

/**
 * Says where a token is wanted. Basic has no place for an error, and a header of its own has no scheme in any
 * specification, so that one names the header. https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
function challenge(carrier: Carrier, error: string): string {
  if (carrier === "basic") return 'Basic realm="publisher"';
  if (carrier === "bearer") return `Bearer realm="publisher"${error}`;
  return `Header realm="publisher", name="${carrier.header}"${error}`;
}
