import type { Issue } from "../../tokens/refusal.ts";
import { REPORT_LIMIT, type UsageRequest } from "../../tokens/usage/usage.ts";
import { BUCKETS, USAGE_IDS_LIMIT } from "../../tokens/usage/usage-period.ts";
import { ArkErrors, type } from "../body/arktype.ts";
import { NOT_A_TIME, NOT_A_TOKEN_ID, oneOf } from "../body/parameter-messages.ts";
import { issuesFrom, type Reading } from "../body/typed-body.ts";
import { described } from "./described.ts";
import { sentTime } from "./sent-time.ts";
import { BucketName, repeats, Time, TokenId } from "./values.ts";

export const ReadUsage = described(
  type({
    "+": "reject",
    bucket: BucketName,
    "id?": described(TokenId, "The token whose uses to count. Not together with `ids`."),
    "ids?": described(
      TokenId.array().atLeastLength(1).atMostLength(USAGE_IDS_LIMIT),
      `The tokens to count, each only once: at most ${USAGE_IDS_LIMIT}, which have at most ` +
        `${REPORT_LIMIT} buckets between \`from\` and \`to\` together.`,
    ),
    "from?": described(
      Time,
      "The start. The first bucket is the one that contains it; the oldest stored bucket, if left out.",
    ),
    "to?": described(
      Time,
      "The end, after `from`. The last bucket is the one that contains it or ends with it; the current bucket, if left out.",
    ),
  }),
  "The tokens and the period. Without `id` and `ids`: all tokens together.",
);

interface UsageBody {
  readonly request: UsageRequest;
  /** Whether the answer has the uses of each token beside the sum. */
  readonly withEach: boolean;
}

/** Reads the body of `api-token/usage`. */
export function readUsage(value: object): Reading<UsageBody> {
  const body = ReadUsage(value);
  if (body instanceof ArkErrors) return { issues: issuesFrom(body, EXPECTED) };
  const { bucket, id, ids } = body;
  const [from, to] = [sentTime(body.from), sentTime(body.to)];
  const issues = [
    ...(id !== undefined && ids !== undefined ? [TWO_WAYS] : []),
    ...(repeats(ids ?? []) ? [REPEATED] : []),
    ...(from !== null && to !== null && from >= to ? [NOTHING_BETWEEN] : []),
  ];
  if (issues.length > 0) return { issues };
  const meant = id === undefined ? (ids ?? null) : [id];
  return { body: { request: { bucket, ids: meant, from, to }, withEach: ids !== undefined } };
}

const EXPECTED = {
  bucket: oneOf(BUCKETS),
  ids: `must be a list of 1 to ${USAGE_IDS_LIMIT} token ids`,
  "ids[]": NOT_A_TOKEN_ID,
  from: NOT_A_TIME,
  to: NOT_A_TIME,
};
const TWO_WAYS: Issue = { path: "ids", message: "must not be given together with id" };
const REPEATED: Issue = { path: "ids", message: "must have each id only once" };
const NOTHING_BETWEEN: Issue = { path: "from", message: "must be before to" };
