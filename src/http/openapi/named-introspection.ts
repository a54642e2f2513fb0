import { ActiveToken, InactiveToken, Introspection, OAuthError } from "../api/answer-types.ts";
import { IntrospectToken } from "../api/wire.ts";
import type { NamedTypes } from "./component-schemas.ts";

/** What introspection takes and gives, whose names and forms are OAuth's. */
export const INTROSPECTION = {
  IntrospectToken: {
    type: IntrospectToken,
    about: {
      description:
        "The token, and what it is to be good for. Other parameters are passed over, and one without a value counts as left out.",
      // Not `{ type: "string" }`: in TypeScript an optional property does not fit beside that.
      additionalProperties: true,
    },
    properties: {
      token: "What was shown as a token, whatever that is.",
      token_type_hint: "Taken and passed over: there is one type of tokens.",
      audience:
        "The service that the token must be for. Only a caller whose token verifies for one service may leave it out, and means that service.",
    },
  },
  Introspection: {
    type: Introspection,
    about: { description: "What the token is good for, as in RFC 7662." },
  },
  ActiveToken: {
    type: ActiveToken,
    about: { description: "A token that is good for that service." },
    properties: {
      active: "That it is.",
      scope: "What it may do.",
      client_id: "The id of the token.",
      sub: "The same.",
      aud: "The services that the token is for; left out for one for Publisher's own API.",
      iat: "When the token was created, in seconds since 1970.",
      exp: "When the token expires, in seconds since 1970; left out for one that never does.",
      token_type: "How it is shown.",
    },
  },
  InactiveToken: {
    type: InactiveToken,
    about: {
      description:
        "A token that is not good: malformed, unknown, expired, revoked, or for something else. Which of them is not told.",
    },
    properties: { active: "That it is not." },
  },
  OAuthError: {
    type: OAuthError,
    about: { description: "What went wrong, in the form of RFC 6749." },
    properties: {
      error: "For programs.",
      error_description: "For people.",
    },
  },
} satisfies NamedTypes;
