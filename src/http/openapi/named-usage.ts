import { REPORT_LIMIT } from "../../tokens/usage/usage.ts";
import { RETENTION_DAYS } from "../../tokens/usage/usage-period.ts";
import { ApiTokenUsage, TokenUses, UseBucket } from "../api/answer-types.ts";
import { BucketName, ReadUsage, USAGE_IDS_MAX } from "../api/wire.ts";
import type { NamedTypes } from "./component-schemas.ts";

/** What is asked and told of uses. */
export const USAGE = {
  Bucket: {
    type: BucketName,
    about: {
      description: `What uses are counted by, in UTC: hours are retained for ${RETENTION_DAYS.hour} days and days for ${RETENTION_DAYS.day}.`,
      examples: ["hour"],
    },
  },
  ReadUsage: {
    type: ReadUsage,
    about: {
      description: "Whose uses, and when. Without `id` and `ids`: those of all tokens together.",
    },
    properties: {
      id: "The token that is meant. Not together with `ids`.",
      ids:
        `The tokens that are meant, each only once: at most ${USAGE_IDS_MAX}, which have at most ` +
        `${REPORT_LIMIT} buckets between \`from\` and \`to\` together.`,
      from: "From when on, in whole buckets: that which this is in is the first. All that is kept, if left out.",
      to: "Until when, after `from`, in whole buckets: that which this ends or is in is the last. Now, if left out.",
    },
  },
  ApiTokenUsage: {
    type: ApiTokenUsage,
    about: { description: "How often tokens were used." },
    properties: {
      from: "When the first bucket began that was looked at.",
      to: "When the last bucket ends that was looked at; the same as `from` if nothing of what was asked for is kept.",
      buckets: "The uses of all these tokens together, the earliest first. A bucket without any is left out.",
      tokens: "The uses of each token, in the order of `ids`; left out where that was not given.",
    },
  },
  UseBucket: {
    type: UseBucket,
    about: { description: "How often tokens were used in one hour or day." },
    properties: {
      start: "When it began.",
      accepted: "How often a secret was shown and taken.",
      refused: "How often a secret was shown and refused.",
    },
  },
  TokenUses: { type: TokenUses, about: { description: "How often one of these tokens was used." } },
} satisfies NamedTypes;
