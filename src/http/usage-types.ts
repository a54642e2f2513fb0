import { type } from "arktype";
import { BUCKETS } from "../tokens/usage-period.ts";
import { Moment } from "./answer-types.ts";
import { Time, TokenId } from "./wire.ts";

/** The most tokens whose uses are told at once. */
export const USAGE_IDS_MAX = 100;

/** What uses are counted by. */
export const BucketName = type.enumerated(...BUCKETS);

/** The body of `api-token/usage`. */
export const ReadUsage = type({
  "+": "reject",
  bucket: BucketName,
  "id?": TokenId,
  "ids?": TokenId.array().atLeastLength(1).atMostLength(USAGE_IDS_MAX),
  "from?": Time,
  "to?": Time,
});

const Count = type("number.integer >= 0");

/** How often tokens were used in one bucket. */
export const UseBucket = type({ start: Moment, accepted: Count, refused: Count });

/** How often one of several tokens was used. */
export const TokenUses = type({ id: TokenId, buckets: UseBucket.array() });

/** What `usage` gives. */
export const ApiTokenUsage = type({
  bucket: BucketName,
  from: Moment,
  to: Moment,
  buckets: UseBucket.array(),
  "tokens?": TokenUses.array(),
});
