import { TRACE_ID } from "../../../tokens/identifier.ts";
import { FORMATTED_TIME } from "../../../tokens/time.ts";
import { STATUSES } from "../../../tokens/token.ts";
import { type } from "../../body/arktype.ts";
import { EXAMPLE } from "../../openapi/example-values.ts";
import { described } from "../described.ts";
import type { Immutable } from "../immutable.ts";

/** A time as the API writes it. */
export const Moment = described(type(FORMATTED_TIME), {
  description: "A time in UTC, in whole seconds.",
  format: "date-time",
  examples: [EXAMPLE.createdAt],
});

export const StatusName = described(type.enumerated(...STATUSES), {
  description:
    "`active`; `expired` from the second of `expires_at` on, by the server's clock; or `revoked`, for good.",
  examples: ["active"],
});

export const TraceId = described(type(TRACE_ID), {
  description:
    "Names the request in the server's log: the trace id of its `traceparent` header, or a fresh one.",
  examples: [EXAMPLE.traceId],
});

export const Count = type("number.integer >= 0");

export const AccessCounts = described(
  type({ read: Count, write: Count }),
  "How many tokens there are of each access.",
);

export const StatusCounts = described(
  type({ active: AccessCounts, expired: AccessCounts, revoked: AccessCounts }),
  "How many tokens there are of each status and access.",
);
export type StatusCounts = Immutable<typeof StatusCounts.infer>;

/** The position of a page in its list. */
export const PagePosition = described(
  type({
    page_size: described(Count, "How many rows this page has."),
    cursor: described(type("string | null"), "The `cursor` to send for the next page; null on the last one."),
    more: described(type("boolean"), "Whether there is a next page."),
  }),
  "Where this page stands in the list.",
);
