import { OAUTH_ERRORS } from "../../auth/oauth-errors.ts";
import { type } from "../../body/arktype.ts";
import { described } from "../described.ts";
import type { Immutable } from "../immutable.ts";
import { Audiences, TokenId } from "../values.ts";

// The names and forms are OAuth's.

export const ActiveToken = described(
  type({
    active: described(type("true"), "That it is."),
    scope: described(type("'read' | 'read write'"), "What it may do."),
    client_id: described(TokenId, "The id of the token."),
    sub: described(TokenId, "The same."),
    "aud?": described(
      Audiences,
      "The services that the token is for; left out for one for Publisher's own API.",
    ),
    iat: described(type("number.integer"), "When the token was created, in seconds since 1970."),
    "exp?": described(
      type("number.integer"),
      "When the token expires, in seconds since 1970; left out for one that never does.",
    ),
    token_type: described(type("'Bearer'"), "How it is shown."),
  }),
  "A token that is good for that service.",
);

/** The same for every token that is not good, and for a text that is no token. */
export const InactiveToken = described(
  type({ active: described(type("false"), "That it is not.") }),
  "A token that is not good: malformed, unknown, expired, revoked, or for something else. Which of them is not told.",
);

export const Introspection = described(
  ActiveToken.or(InactiveToken),
  "What the token is good for, as in RFC 7662.",
);
export type Introspection = Immutable<typeof Introspection.infer>;

/** RFC 6749 allows neither quotation marks nor backslashes in a description. */
export const OAuthError = described(
  type({
    error: described(type.enumerated(...OAUTH_ERRORS), "For programs."),
    error_description: described(type(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/), "For people."),
  }),
  "What went wrong, in the form of RFC 6749.",
);
export type OAuthError = Immutable<typeof OAuthError.infer>;
