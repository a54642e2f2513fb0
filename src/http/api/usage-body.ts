import type { Issue } from "../../tokens/refusal.ts";
import { parseTime } from "../../tokens/time.ts";
import type { UsageRequest } from "../../tokens/usage/usage.ts";
import { ArkErrors } from "../body/arktype.ts";
import { issuesFrom, NOT_A_TOKEN_ID } from "../body/issues.ts";
import type { Reading } from "../endpoint.ts";
import { NOT_A_TIME, ReadUsage, repeats, USAGE_IDS_MAX } from "./wire.ts";

/** What is asked of usage, and whether each token's own is to be told beside the sum. */
interface UsageBody {
  readonly request: UsageRequest;
  readonly tellsEach: boolean;
}

/** Reads the body of `api-token/usage`. */
export function readUsage(value: object): Reading<UsageBody> {
  const body = ReadUsage(value);
  if (body instanceof ArkErrors) return { issues: issuesFrom(body, EXPECTED) };
  const { bucket, id, ids } = body;
  const [from, to] = [timeOrNull(body.from), timeOrNull(body.to)];
  const issues = [
    ...(id !== undefined && ids !== undefined ? [TWO_WAYS] : []),
    ...(repeats(ids ?? []) ? [REPEATED] : []),
    ...(from !== null && to !== null && from >= to ? [NOTHING_BETWEEN] : []),
  ];
  if (issues.length > 0) return { issues };
  const meant = id === undefined ? (ids ?? null) : [id];
  return { body: { request: { bucket, ids: meant, from, to }, tellsEach: ids !== undefined } };
}

const EXPECTED = {
  bucket: 'must be "hour" or "day"',
  ids: `must be a list of 1 to ${USAGE_IDS_MAX} token ids`,
  "ids[]": NOT_A_TOKEN_ID,
  from: NOT_A_TIME,
  to: NOT_A_TIME,
};
const TWO_WAYS: Issue = { path: "ids", message: "must not be given together with id" };
const REPEATED: Issue = { path: "ids", message: "must have each id only once" };
const NOTHING_BETWEEN: Issue = { path: "from", message: "must be before to" };

function timeOrNull(time: string | undefined): number | null {
  return time === undefined ? null : parseTime(time);
}
