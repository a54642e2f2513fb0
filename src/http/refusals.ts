import type { AuthenticationRefusal } from "../tokens/refusal.ts";
import type { Access } from "../tokens/token.ts";
import type { Unfitness } from "../tokens/verification.ts";
import type { Scheme } from "./credentials.ts";
import { Failure } from "./errors.ts";

/** What the sender of a request is told about its token: who does not have the secret learns nothing of it. */
export const REFUSALS: Readonly<Record<AuthenticationRefusal, string>> = {
  missing: "There is no token in the request",
  malformed: "The token is unknown",
  unknown: "The token is unknown",
  expired: "The token has expired",
  revoked: "The token was revoked",
  replaced: "A replaced token may change neither itself nor its successor",
  wrong_audience: "The token is for other services",
  insufficient_access: "The access of the token does not reach",
};

const CHALLENGES: Readonly<Record<Scheme, string>> = {
  bearer: 'Bearer realm="publisher"',
  basic: 'Basic realm="publisher"',
};

/** What a request is answered that does not say who sends it, or does so by a token that is not good. */
export function unauthenticated(
  refusal: Exclude<AuthenticationRefusal, Unfitness | "replaced">,
  tried: Scheme | null = null,
  taken: readonly Scheme[] = ["bearer"],
): Failure {
  const challenges = tried === null ? taken : [tried];
  return new Failure("authentication_error", {
    message: "Invalid or missing API token",
    refusal,
    headers: {
      "www-authenticate": challenges.map((scheme) => CHALLENGES[scheme]).join(", ") + reason(refusal, tried),
    },
  });
}

/** Basic has no place for it. https://www.rfc-editor.org/rfc/rfc6750#section-3 */
function reason(refusal: AuthenticationRefusal, tried: Scheme | null): string {
  return tried === "bearer" ? `, error="invalid_token", error_description="${REFUSALS[refusal]}"` : "";
}

/** What is answered to a token that may not do what it asks. https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
export function unauthorized(
  refusal: Unfitness | "replaced",
  needed: Access,
  tried: Scheme = "bearer",
): Failure {
  const more =
    refusal === "insufficient_access" ? `scope="${needed}"` : `error_description="${REFUSALS[refusal]}"`;
  const challenge = `${CHALLENGES.bearer}, error="insufficient_scope", ${more}`;
  return new Failure("authorization_error", {
    message: "Insufficient permissions",
    refusal,
    headers: tried === "bearer" ? { "www-authenticate": challenge } : {},
  });
}

/** What is answered to a token that was verified for something and is not good for it. */
export function refused(
  refusal: Exclude<AuthenticationRefusal, "missing" | "replaced">,
  needed: Access,
): Failure {
  return refusal === "wrong_audience" || refusal === "insufficient_access"
    ? unauthorized(refusal, needed)
    : unauthenticated(refusal, "bearer");
}
