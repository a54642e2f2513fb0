import { AUDIENCE_FORM, AUDIENCE_LIMIT } from "../../tokens/audience.ts";
import { DIRECTIONS, SKIP_MAX } from "../../tokens/listing/listing.ts";
import type { Issue } from "../../tokens/refusal.ts";
import { OVERLAP_MAX_SECONDS } from "../../tokens/rotation-rules.ts";
import { ACCESSES } from "../../tokens/token.ts";
import { ISSUE_LIMIT } from "../errors.ts";
import type { ArkErrors } from "./arktype.ts";
import { pathText } from "./issue-path.ts";

/** What ArkType expects where a key has no business to be. */
const NOT_THERE = "removed";

/** For text that is no time. */
export const NOT_A_TIME =
  "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z, from 1970 to 9999 in UTC";

/** For text that is no token id. */
export const NOT_A_TOKEN_ID = 'must be a token id: "atok_" and 1 to 64 letters and digits';

/** For text that is no id of an audit event. */
export const NOT_AN_AUDIT_EVENT_ID =
  'must be the id of an audit event: "aevt_" and 1 to 64 letters and digits';

/** For text that is no name of a service. */
export const NOT_AN_AUDIENCE = `must be ${AUDIENCE_FORM}`;

/** For text that is none of these words. */
export function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`);
  return `must be ${[quoted.slice(0, -1).join(", "), quoted.at(-1)].filter(Boolean).join(" or ")}`;
}

/** The message for each parameter under its name; for the items of a list, with `[]` behind it. */
type Expected = Readonly<Record<string, string>>;

/** For every endpoint: ArkType's own words can quote what the caller sent. */
const EXPECTED: Expected = {
  access: oneOf(ACCESSES),
  audiences: `must be a list of 1 to ${AUDIENCE_LIMIT} names, or null`,
  "audiences[]": NOT_AN_AUDIENCE,
  audience: `must be ${AUDIENCE_FORM}, or null`,
  description: "must be a string or null",
  expires_at: "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z, or null",
  verifies: "must be true or false",
  descendants: "must be true or false",
  dry_run: "must be true or false",
  overlap_seconds: `must be a whole number of seconds from 0 to ${OVERLAP_MAX_SECONDS}`,
  token: "must be a string",
  id: NOT_A_TOKEN_ID,
  pagination: "must be an object",
  limit: "must be a whole number, 1 or more",
  skip: `must be a whole number from 0 to ${SKIP_MAX}`,
  cursor: "must be a string or null",
  filters: "must be a list of conditions",
  "sorts[]": 'must be {"key", "direction"}',
  sorts: 'must be a list of {"key", "direction"}, each key at most once',
  direction: oneOf(DIRECTIONS),
};

/** The faults that ArkType found, in our words: as many as an answer can tell. `more` are the endpoint's own words. */
export function issuesFrom(errors: ArkErrors, more: Expected = {}): readonly Issue[] {
  const expectations = { ...EXPECTED, ...more };
  return errors.slice(0, ISSUE_LIMIT + 1).map(({ path, code, expected }) => ({
    path: pathText(path),
    message: message(path, code, expected, expectations),
  }));
}

function message(
  path: readonly PropertyKey[],
  code: string,
  expected: string,
  expectations: Expected,
): string {
  if (expected === NOT_THERE) return UNKNOWN_PARAMETER;
  if (code === "required") return "is required";
  if (code === "predicate" && expected.startsWith("must ")) return expected;
  const name = path.findLast((step) => typeof step === "string");
  const isItem = typeof path.at(-1) === "number";
  return expectations[`${name ?? ""}${isItem ? "[]" : ""}`] ?? "is not valid";
}

/** What is said of a key that an endpoint does not know. */
export const UNKNOWN_PARAMETER = "is not a known parameter";
