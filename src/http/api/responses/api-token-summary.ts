import { REUSE_DAYS, SUMMARY_DAYS } from "../../../tokens/limits.ts";
import { type } from "../../body/arktype.ts";
import { described } from "../described.ts";
import type { Immutable } from "../immutable.ts";
import { Count, StatusCounts } from "./response-values.ts";

export const DayOfExpiries = described(
  type({ date: described(type(/^\d{4}-\d\d-\d\d$/), "The day, in UTC."), count: Count }),
  "How many active tokens expire on one day.",
);
export type DayOfExpiries = Immutable<typeof DayOfExpiries.infer>;

/** The response of `summary`. */
export const ApiTokenSummary = described(
  type({
    counts: StatusCounts,
    never_used: described(Count, "How many active tokens were never used."),
    expiries: described(
      DayOfExpiries.array().exactlyLength(SUMMARY_DAYS),
      `How many active tokens expire on each of ${SUMMARY_DAYS} days of UTC, from today on.`,
    ),
    reused: described(
      Count,
      `How many tokens have a secret that was shown in the last ${REUSE_DAYS} days, after the token was revoked, or was replaced and expired.`,
    ),
  }),
  "All tokens in a few numbers, of one moment.",
);
export type ApiTokenSummary = Immutable<typeof ApiTokenSummary.infer>;
