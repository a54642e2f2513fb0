import { AUDIENCE_LIMIT, AUDIENCE_NAME, audiencesFault, isAudience } from "../../tokens/audience.ts";
import { isTokenId, TOKEN_ID } from "../../tokens/identifier.ts";
import { DESCRIPTION_LIMIT } from "../../tokens/limits.ts";
import { parseTime } from "../../tokens/time.ts";
import { ACCESSES, descriptionFault } from "../../tokens/token.ts";
import { BUCKETS, RETENTION_DAYS } from "../../tokens/usage/usage-period.ts";
import { type } from "../body/arktype.ts";
import { NOT_A_TIME, NOT_A_TOKEN_ID, NOT_AN_AUDIENCE } from "../body/parameter-messages.ts";
import { EXAMPLE } from "../openapi/example-values.ts";
import { described } from "./described.ts";

export const TokenId = described(
  type("string").narrow((text, context) => isTokenId(text) || fault(context, NOT_A_TOKEN_ID)),
  { description: "The id of a token.", pattern: TOKEN_ID.source, examples: [EXAMPLE.id] },
);

export const Description = described(
  type("string").narrow((text, context) => {
    const wrong = descriptionFault(text);
    return wrong === null || fault(context, wrong);
  }),
  {
    description:
      "The purpose of a token. Stored as sent; without control characters such as a newline or a tab.",
    maxLength: DESCRIPTION_LIMIT,
    examples: [EXAMPLE.description],
  },
);

export const AccessName = described(type.enumerated(...ACCESSES), {
  description:
    "The access of a token: `read` may call the endpoints that read, `write` may call every endpoint.",
  examples: ["read"],
});

export const Audience = described(
  type("string").narrow((text, context) => isAudience(text) || fault(context, NOT_AN_AUDIENCE)),
  {
    description: "The name of a service that tokens are for, as in RFC 8707.",
    pattern: AUDIENCE_NAME.source,
    examples: [EXAMPLE.audience],
  },
);

/** The services that a token is for. */
export const Audiences = Audience.array()
  .atLeastLength(1)
  .atMostLength(AUDIENCE_LIMIT)
  .narrow((names, context) => {
    const wrong = audiencesFault(names);
    return wrong === null || fault(context, wrong);
  });

/** A time as callers send it, in any form that RFC 3339 has. */
export const Time = described(
  type("string").narrow((text, context) => parseTime(text) !== null || fault(context, NOT_A_TIME)),
  {
    description:
      "A time as in RFC 3339, with a zone, from 1970 to 9999. It is converted to UTC and a fraction of a second is cut off.",
    format: "date-time",
    examples: [EXAMPLE.expiresAt],
  },
);

export const BucketName = described(type.enumerated(...BUCKETS), {
  description: `The unit of counting, in UTC. Hours are stored for ${RETENTION_DAYS.hour} days and days for ${RETENTION_DAYS.day}.`,
  examples: ["hour"],
});

export function repeats(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

/** Refuses with a sentence of ours; an empty `actual` keeps ArkType from quoting the input. */
export function fault(
  context: { reject: (parts: { expected: string; actual: string }) => false },
  sentence: string,
): false {
  return context.reject({ expected: sentence, actual: "" });
}
