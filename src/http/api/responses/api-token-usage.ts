import { type } from "../../body/arktype.ts";
import { described } from "../described.ts";
import type { Immutable } from "../immutable.ts";
import { BucketName, TokenId } from "../values.ts";
import { Count, Moment } from "./response-values.ts";

export const UseBucket = described(
  type({
    start: described(Moment, "The start of the bucket."),
    accepted: described(Count, "How often a secret was shown and accepted."),
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
    from: described(Moment, "The start of the first bucket."),
    to: described(
      Moment,
      "The end of the last bucket; the same as `from` if no bucket of the period is stored.",
    ),
    buckets: described(
      UseBucket.array(),
      "The uses of all these tokens together, the earliest first. A bucket without uses is left out.",
    ),
    "tokens?": described(
      TokenUses.array(),
      "The uses of each token, in the order of `ids`; left out without `ids`.",
    ),
  }),
  "How often tokens were used.",
);
export type ApiTokenUsage = Immutable<typeof ApiTokenUsage.infer>;
