import type { AuthenticationRefusal } from "../../tokens/refusal.ts";
import type { Access } from "../../tokens/token.ts";
import type { DenialReason } from "../../tokens/verification.ts";
import { Failure } from "../errors.ts";
import { UNKNOWN_TOKEN } from "../messages-known-to-pages.ts";
import type { Carrier } from "./credentials.ts";

/** The wording of every 401 and 403. It tells nothing about a token to a sender who does not have its secret. */
export const REFUSAL_SENTENCES: Readonly<Record<AuthenticationRefusal, string>> = {
  missing: "There is no token in the request",
  malformed: UNKNOWN_TOKEN,
  unknown: UNKNOWN_TOKEN,
  expired: "The token has expired",
  revoked: "The token was revoked",
  replaced: "A replaced token may change neither itself nor its successor",
  wrong_audience: "The token is for other services",
  insufficient_access: "The access of the token does not reach",
};

/**
 * The 401 for a request without a token, or with one that is not good. `tried` is the place where the request has its
 * token, and null if it has none; `taken` are the places where Publisher looks for one.
 */
export function unauthenticated(
  refusal: Exclude<AuthenticationRefusal, DenialReason | "replaced">,
  tried: Carrier | null,
  taken: readonly Carrier[],
): Failure {
  const error = `, error="invalid_token", error_description="${REFUSAL_SENTENCES[refusal]}"`;
  const challenges = taken.map((carrier) => challenge(carrier, carrier === tried ? error : ""));
  return new Failure("authentication_error", {
    message: "Invalid or missing API token",
    refusal,
    carrier: tried,
    headers: { "www-authenticate": challenges.join(", ") },
  });
}

/** The 403 for a token that lacks the right for the request. https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
export function unauthorized(refusal: DenialReason | "replaced", needed: Access, tried: Carrier): Failure {
  const more =
    refusal === "insufficient_access"
      ? `scope="${needed}"`
      : `error_description="${REFUSAL_SENTENCES[refusal]}"`;
  return new Failure("authorization_error", {
    message: "Insufficient permissions",
    refusal,
    carrier: tried,
    headers:
      tried === "basic"
        ? {}
        : { "www-authenticate": challenge(tried, `, error="insufficient_scope", ${more}`) },
  });
}

/** The 401 or the 403 for a token that was verified and is not good. */
export function notVerified(
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
 * A challenge: it says where Publisher takes a token. Basic has no place for an error. No specification has a scheme
 * for a token in a header of its own, so that challenge names the header.
 * https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
function challenge(carrier: Carrier, error: string): string {
  if (carrier === "basic") return 'Basic realm="publisher"';
  if (carrier === "bearer") return `Bearer realm="publisher"${error}`;
  return `Header realm="publisher", name="${carrier.header}"${error}`;
}
