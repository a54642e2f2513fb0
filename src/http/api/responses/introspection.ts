import { type } from "../../body/arktype.ts";
import { OAUTH_ERRORS } from "../../error-codes.ts";
import { described } from "../described.ts";
import type { Immutable } from "../immutable.ts";
import { Audiences, TokenId } from "../values.ts";

// The names and forms are OAuth's.

export const ActiveToken = described(
  type({
    active: described(type("true"), "The token is valid."),
    scope: described(type("'read' | 'read write'"), "The access of the token."),
    client_id: described(TokenId, "The id of the token."),
    sub: described(TokenId, "The same as `client_id`."),
    "aud?": described(
      Audiences,
      "The services that the token is for; left out for one for Publisher's own API.",
    ),
    iat: described(type("number.integer"), "When the token was created, in seconds since 1970."),
    "exp?": described(
      type("number.integer"),
      "When the token expires, in seconds since 1970; left out for one that never does.",
    ),
    token_type: described(type("'Bearer'"), "The type of the token in OAuth."),
  }),
  "A token that is valid for the service.",
);

/** The same for every token that is not good, and for a text that is no token. */
export const InactiveToken = described(
  type({ active: described(type("false"), "The token is not valid.") }),
  "A token that is not valid: malformed, unknown, expired, revoked, or for another service. The answer does not give the reason.",
);

export const Introspection = described(
  ActiveToken.or(InactiveToken),
  "The result of an introspection, as in RFC 7662.",
);
export type Introspection = Immutable<typeof Introspection.infer>;

/** RFC 6749 allows neither quotation marks nor backslashes in a description. */
export const OAuthError = described(
  type({
    error: described(type.enumerated(...OAUTH_ERRORS), "The error, for programs."),
    error_description: described(type(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/), "The error, for people."),
  }),
  "A failure, in the form of RFC 6749.",
);
export type OAuthError = Immutable<typeof OAuthError.infer>;
