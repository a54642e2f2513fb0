import type { AuthenticationRefusal } from "../../tokens/refusal.ts";
import { jsonAnswer } from "../answer.ts";
import { ERROR_CODES } from "../error-codes.ts";
import type { Failure } from "../errors.ts";
import type { Carrier } from "./credentials.ts";
import { REFUSALS } from "./refusals.ts";

/** A token that is shown as such is no client to OAuth. */
const INVALID_TOKEN = "invalid_token";

export const OAUTH_ERRORS = [
  ...new Set(Object.values(ERROR_CODES).map(({ oauth }) => oauth)),
  INVALID_TOKEN,
] as const;

/** What is known of a request that failed. */
interface Refused {
  readonly carrier: Carrier | null;
  readonly refusal: AuthenticationRefusal | null;
}

/** A failure in the form of OAuth. https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export function oauthError({ code, message }: Failure, { carrier, refusal }: Refused) {
  const isRefused = code === "authentication_error" || code === "authorization_error";
  return {
    error: code === "authentication_error" && carrier === "bearer" ? INVALID_TOKEN : ERROR_CODES[code].oauth,
    error_description: isRefused && refusal !== null ? REFUSALS[refusal] : message,
  };
}

export function oauthFailureResponse(failure: Failure, refused: Refused): Response {
  const { status, headers } = failure;
  return jsonAnswer(oauthError(failure, refused), { status, headers });
}
