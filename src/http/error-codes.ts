/**
 * Every error code with its HTTP status and its name in OAuth: RFC 6749, sections 4.1.2.1 and 5.2, and RFC 6750,
 * section 3.1. `api/responses/failures.ts` has the rest of each.
 */
export const ERROR_CODES = {
  bad_request: { status: 400, oauth: "invalid_request" },
  authentication_error: { status: 401, oauth: "invalid_client" },
  authorization_error: { status: 403, oauth: "insufficient_scope" },
  not_found: { status: 404, oauth: "invalid_request" },
  conflict: { status: 409, oauth: "invalid_request" },
  method_not_allowed: { status: 405, oauth: "invalid_request" },
  payload_too_large: { status: 413, oauth: "invalid_request" },
  unsupported_media_type: { status: 415, oauth: "invalid_request" },
  internal_error: { status: 500, oauth: "server_error" },
  unavailable: { status: 503, oauth: "temporarily_unavailable" },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** OAuth's code for a refused Bearer token. With Basic, OAuth takes the sender for a client. */
export const INVALID_TOKEN = "invalid_token";

/** Every code of OAuth in an answer. */
export const OAUTH_ERRORS = [
  ...new Set(Object.values(ERROR_CODES).map(({ oauth }) => oauth)),
  INVALID_TOKEN,
] as const;
