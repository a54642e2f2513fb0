import { USAGE, USAGE_OF_TWO } from "./examples.ts";
import type { ApiOperationParts } from "./operation.ts";
import { PLACEHOLDER_IDS } from "./placeholder-ids.ts";

export const USAGE_OPERATION = {
  operationId: "getApiTokenUsage",
  summary: "Count uses of tokens",
  description:
    "Returns how often the secrets of tokens were shown, by hour or by day of UTC: of one token, of several, or of all. " +
    "A use is accepted if it let somebody in, and refused if the token had expired, was revoked, is for another " +
    "service or has too little access. Verifying a secret is a use of its token too.",
  request: {
    schema: "ReadUsage",
    examples: {
      token: { summary: "One token, by hour", value: { id: PLACEHOLDER_IDS.own, bucket: "hour" } },
      several: {
        summary: "Several tokens, by day, from some day on",
        value: {
          ids: [PLACEHOLDER_IDS.own, PLACEHOLDER_IDS.created],
          bucket: "day",
          from: "2025-01-01T00:00:00Z",
        },
      },
      all: { summary: "All tokens together, by day", value: { bucket: "day" } },
    },
  },
  answer: {
    description: "The uses, as far as there are any.",
    schema: "ApiTokenUsage",
    examples: {
      token: { summary: "Of one token, or of all together", value: USAGE },
      several: { summary: "Of several tokens, and their sum", value: USAGE_OF_TWO },
    },
  },
  failures: ["not_found"],
} as const satisfies ApiOperationParts;
