import type { AuthenticationRefusal } from "../../tokens/refusal.ts";
import { jsonAnswer } from "../answer.ts";
import { ERROR_CODES, INVALID_TOKEN } from "../error-codes.ts";
import type { Failure } from "../errors.ts";
import { REFUSAL_SENTENCES } from "./authentication-errors.ts";
import type { Carrier } from "./credentials.ts";

/** The refused token of a request; null for both if the failure is about something else. */
interface Refused {
  readonly carrier: Carrier | null;
  readonly refusal: AuthenticationRefusal | null;
}

/** A failure in the form of OAuth. https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export function oauthError({ code, message }: Failure, { carrier, refusal }: Refused) {
  const isRefused = code === "authentication_error" || code === "authorization_error";
  return {
    error: code === "authentication_error" && carrier === "bearer" ? INVALID_TOKEN : ERROR_CODES[code].oauth,
    error_description: isRefused && refusal !== null ? REFUSAL_SENTENCES[refusal] : message,
  };
}

export function oauthFailureResponse(failure: Failure): Response {
  const { status, headers } = failure;
  return jsonAnswer(oauthError(failure, failure), { status, headers });
}
