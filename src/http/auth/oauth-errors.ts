import type { AuthenticationRefusal } from "../../tokens/refusal.ts";
import { jsonAnswer } from "../answer.ts";
import type { ErrorCode, Failure } from "../errors.ts";
import { REFUSAL_SENTENCES } from "./authentication-errors.ts";
import type { Carrier } from "./credentials.ts";

/** OAuth's code of each failure: RFC 6749, sections 4.1.2.1 and 5.2, and RFC 6750, section 3.1. */
const NAMES = {
  bad_request: "invalid_request",
  authentication_error: "invalid_client",
  authorization_error: "insufficient_scope",
  not_found: "invalid_request",
  conflict: "invalid_request",
  method_not_allowed: "invalid_request",
  payload_too_large: "invalid_request",
  unsupported_media_type: "invalid_request",
  internal_error: "server_error",
  unavailable: "temporarily_unavailable",
} as const satisfies Readonly<Record<ErrorCode, string>>;

/** OAuth's code for a refused Bearer token. With Basic, OAuth takes the sender for a client. */
const INVALID_TOKEN = "invalid_token";

export const OAUTH_ERRORS = [...new Set(Object.values(NAMES)), INVALID_TOKEN] as const;

/** The refused token of a request; null for both if the failure is about something else. */
interface Refused {
  readonly carrier: Carrier | null;
  readonly refusal: AuthenticationRefusal | null;
}

/** A failure in the form of OAuth. https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export function oauthError({ code, message }: Failure, { carrier, refusal }: Refused) {
  const isRefused = code === "authentication_error" || code === "authorization_error";
  return {
    error: code === "authentication_error" && carrier === "bearer" ? INVALID_TOKEN : NAMES[code],
    error_description: isRefused && refusal !== null ? REFUSAL_SENTENCES[refusal] : message,
  };
}

export function oauthFailureResponse(failure: Failure): Response {
  const { status, headers } = failure;
  return jsonAnswer(oauthError(failure, failure), { status, headers });
}
