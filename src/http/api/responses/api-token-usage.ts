import { type } from "../../body/arktype.ts";
import { described } from "../described.ts";
import type { Immutable } from "../immutable.ts";
import { BucketName, TokenId } from "../values.ts";
import { Count, Moment } from "./values.ts";

export const UseBucket = described(
  type({
    start: described(Moment, "When it began."),
    accepted: described(Count, "How often a secret was shown and taken."),
    refused: described(Count, "How often a secret was shown and refused."),
  }),
  "How often tokens were used in one hour or day.",
);
export type UseBucket = Immutable<typeof UseBucket.infer>;

export const TokenUses = described(
  type({ id: TokenId, buckets: UseBucket.array() }),
  "How often one of these tokens was used.",
);

/** The response of `usage`. */
export const ApiTokenUsage = described(
  type({
    bucket: BucketName,
    from: described(Moment, "When the first bucket began that was looked at."),
    to: described(
      Moment,
      "When the last bucket ends that was looked at; the same as `from` if nothing of what was asked for is kept.",
    ),
    buckets: described(
      UseBucket.array(),
      "The uses of all these tokens together, the earliest first. A bucket without any is left out.",
    ),
    "tokens?": described(
      TokenUses.array(),
      "The uses of each token, in the order of `ids`; left out where that was not given.",
    ),
  }),
  "How often tokens were used.",
);
export type ApiTokenUsage = Immutable<typeof ApiTokenUsage.infer>;
