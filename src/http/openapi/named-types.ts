import { DESCRIPTION_LIMIT } from "../../tokens/limits.ts";
import { Moment, StatusName } from "../api/answer-types.ts";
import { AccessName, Audience, Description, Time, TokenId } from "../api/wire.ts";
import type { NamedTypes } from "./component-schemas.ts";
import { EXAMPLE } from "./examples.ts";
import { ANSWERS, ERRORS } from "./named-answers.ts";
import { AUDIT_EVENTS } from "./named-audit-events.ts";
import { INTROSPECTION } from "./named-introspection.ts";
import { FILTERS, REQUESTS } from "./named-requests.ts";
import { USAGE } from "./named-usage.ts";

/** Ids and moments as both requests and answers have them. */
const VALUES = {
  TokenId: {
    type: TokenId,
    about: {
      description: "The id of a token.",
      pattern: "^atok_[0-9A-Za-z]{1,64}$",
      examples: [EXAMPLE.id],
    },
  },
  Access: {
    type: AccessName,
    about: {
      description: "What a token may do: `read` may call what reads, `write` may call everything.",
      examples: ["read"],
    },
  },
  Audience: {
    type: Audience,
    about: {
      description: "The name of a service that tokens are for, as in RFC 8707.",
      pattern: "^[a-z0-9][a-z0-9-]{0,62}$",
      examples: [EXAMPLE.audience],
    },
  },
  Description: {
    type: Description,
    about: {
      description:
        "What a token is for. Kept as sent; without control characters such as a newline or a tab.",
      maxLength: DESCRIPTION_LIMIT,
      examples: [EXAMPLE.description],
    },
  },
  Status: {
    type: StatusName,
    about: {
      description:
        "`active`; `expired` from the second of `expires_at` on, by the server's clock; or `revoked`, for good.",
      examples: ["active"],
    },
  },
  Time: {
    type: Time,
    about: {
      description:
        "A time as in RFC 3339, with a zone, from 1970 to 9999. It is converted to UTC and a fraction of a second is cut off.",
      format: "date-time",
      examples: [EXAMPLE.expiresAt],
    },
  },
  Moment: {
    type: Moment,
    about: {
      description: "A time in UTC, in whole seconds.",
      format: "date-time",
      examples: [EXAMPLE.createdAt],
    },
  },
} satisfies NamedTypes;

/** Every schema that the document has a name for. */
export const NAMED_TYPES = {
  ...VALUES,
  ...REQUESTS,
  ...FILTERS,
  ...ANSWERS,
  ...AUDIT_EVENTS,
  ...INTROSPECTION,
  ...USAGE,
  ...ERRORS,
} satisfies NamedTypes;

export type SchemaName = keyof typeof NAMED_TYPES;
