import { AUDIENCE_FORM, AUDIENCE_LIMIT } from "../../tokens/audience.ts";
import { AUDIT_EVENT_ID_FORM, TOKEN_ID_FORM } from "../../tokens/identifier.ts";
import { BULK_VERIFY_LIMIT, OVERLAP_FORM } from "../../tokens/limits.ts";
import { DIRECTIONS, SKIP_MAX } from "../../tokens/listing/listing.ts";
import { TIME_FORM } from "../../tokens/time.ts";
import { ACCESSES } from "../../tokens/token.ts";

/** For a parameter that an endpoint does not have. */
export const UNKNOWN_PARAMETER = "is not a known parameter";

/** For text that is no time. */
export const NOT_A_TIME = `must be ${TIME_FORM}, from 1970 to 9999 in UTC`;

/** For text that is no token id. */
export const NOT_A_TOKEN_ID = `must be ${TOKEN_ID_FORM}`;

/** For text that is no id of an audit event. */
export const NOT_AN_AUDIT_EVENT_ID = `must be ${AUDIT_EVENT_ID_FORM}`;

/** For text that is no name of a service. */
export const NOT_AN_AUDIENCE = `must be ${AUDIENCE_FORM}`;

/** For text that is none of these words. */
export function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`);
  return `must be ${[quoted.slice(0, -1).join(", "), quoted.at(-1)].filter(Boolean).join(" or ")}`;
}

/** The message for each parameter under its name; for the items of a list, with `[]` behind it. */
export type Expected = Readonly<Record<string, string>>;

/** For every endpoint: ArkType's own words can quote what the caller sent. */
export const EXPECTED: Expected = {
  access: oneOf(ACCESSES),
  audiences: `must be a list of 1 to ${AUDIENCE_LIMIT} names, or null`,
  "audiences[]": NOT_AN_AUDIENCE,
  audience: `must be ${AUDIENCE_FORM}, or null`,
  description: "must be a string or null",
  expires_at: `must be ${TIME_FORM}, or null`,
  verifies: "must be true or false",
  descendants: "must be true or false",
  dry_run: "must be true or false",
  overlap_seconds: `must be ${OVERLAP_FORM}`,
  token: "must be a string",
  tokens: `must be a list of 1 to ${BULK_VERIFY_LIMIT} strings`,
  "tokens[]": "must be a string",
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
