import type { AuthenticationRefusal } from "../../tokens/refusal.ts";
import { oauthError } from "../auth/oauth-errors.ts";
import { BODY_LIMIT_BYTES } from "../body/body.ts";
import type { ErrorCode } from "../error-codes.ts";
import { badRequest, Failure, unavailable } from "../errors.ts";
import { EXAMPLE } from "./example-values.ts";
import { ACTIVE, CREATED_TOKEN, INACTIVE } from "./examples.ts";
import { content, type Examples, HEADERS, TRACE_ID_HEADER } from "./operation.ts";

const FORM = "application/x-www-form-urlencoded";

const REQUEST: Examples = {
  service: {
    summary: "For a service",
    value: { token: CREATED_TOKEN.token, audience: EXAMPLE.audience },
  },
};

const ANSWERS: Examples = {
  active: { summary: "A good token", value: ACTIVE },
  inactive: { summary: "Any other", value: INACTIVE },
};

const CHALLENGE = {
  description: "The challenge of the scheme that was tried, or of both where none was.",
  required: true,
  schema: {
    type: "string",
    pattern: '^(?:Bearer|Basic) realm="publisher"',
    examples: ['Bearer realm="publisher", Basic realm="publisher"'],
  },
};

const RETRY_AFTER = { "retry-after": { $ref: "#/components/headers/retry-after" } };

export const INTROSPECTION_OPERATION = {
  operationId: "introspectToken",
  summary: "Introspect a token",
  description:
    "Returns whether a secret is valid for a service, as in RFC 7662. `audience` names the " +
    "service; a token that verifies for one service only may leave it out. Only `api-token/verify` returns the reason " +
    "for a token that is not valid.\n\n" +
    "Needs a token that verifies, or one for Publisher's own API whose access is `read` or `write`: as a bearer token, " +
    "or as the password of Basic authentication.",
  tags: ["oauth2"],
  security: [{ bearer: [] }, { basic: [] }],
  requestBody: {
    required: true,
    content: { [FORM]: { schema: { $ref: "#/components/schemas/IntrospectToken" }, examples: REQUEST } },
  },
  responses: {
    "200": {
      description: "Whether it is good.",
      headers: HEADERS,
      content: content({ schema: "Introspection", examples: ANSWERS }),
    },
    "400": failure("The form cannot be understood.", badRequest([{ path: "token", message: "is required" }])),
    "401": failure(
      "The caller's own token is missing, malformed, unknown, expired or revoked. Nothing else of the request was looked at.",
      example("authentication_error"),
      { "www-authenticate": CHALLENGE },
      "missing",
    ),
    "403": failure(
      "The caller's own token is for other services.",
      example("authorization_error"),
      { "www-authenticate": { ...CHALLENGE, required: false } },
      "wrong_audience",
    ),
    "413": failure(
      `The body has more than ${BODY_LIMIT_BYTES} bytes.`,
      example("payload_too_large", `The body must have at most ${BODY_LIMIT_BYTES} bytes`),
    ),
    "415": failure(
      "The body is no form, not in UTF-8, or compressed.",
      example("unsupported_media_type", `Content-Type must be ${FORM}, in UTF-8`),
    ),
    "500": failure(
      "A fault of the server. Its log has the cause, under the trace id.",
      example("internal_error", "Something went wrong on the server"),
    ),
    "503": failure(
      "The store is failing or busy, or the server is shutting down.",
      unavailable("The store cannot be used now; try again later"),
      RETRY_AFTER,
    ),
  },
};

function example(code: ErrorCode, message = ""): Failure {
  return new Failure(code, { message });
}

function failure(
  description: string,
  shown: Failure,
  headers: object = {},
  refusal: AuthenticationRefusal | null = null,
) {
  const value = oauthError(shown, { carrier: null, refusal });
  return {
    description,
    headers: { ...TRACE_ID_HEADER, ...headers },
    content: content({
      schema: "OAuthError",
      examples: { [value.error]: { summary: value.error_description, value } },
    }),
  };
}
