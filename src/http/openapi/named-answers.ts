import { REUSE_DAYS, SUMMARY_DAYS } from "../../tokens/summary.ts";
import {
  AccessCounts,
  ApiToken,
  ApiTokenPage,
  ApiTokenSummary,
  CreatedApiToken,
  DayOfExpiries,
  FAILURES,
  Health,
  Issue,
  Page,
  RevokedApiToken,
  StatusCounts,
  SuccessorApiToken,
  TraceId,
  Verification,
} from "../api/answer-types.ts";
import type { NamedType, NamedTypes } from "./component-schemas.ts";
import { EXAMPLE } from "./examples.ts";

/** What bodies of answers have. */
export const ANSWERS = {
  ApiToken: {
    type: ApiToken,
    about: { description: "A token, without its secret, which the server does not have either." },
    properties: {
      audiences: "The services that the token is for; null for Publisher's own API.",
      description: "What the token is for; null if nothing was said.",
      hint: "The last 4 characters of the secret, which tell tokens apart and give nothing away.",
      created_by: "The id of the token that created this one; null for the command line.",
      expires_at: "When the token expires; null for never.",
      revoked_at: "When the token was revoked; null if it was not.",
      last_used_at:
        "When the token was last let in; null if it never was. Filters and sorts know it within 60 seconds.",
      replaced_by: "The id of the token that took its place; null where none did.",
      reused_at:
        "When its secret was last shown after the token was revoked, or was replaced and expired; null if it was not. Filters and sorts know it within 60 seconds.",
      reused_from: "The IP address of the request in which that was; null where none is known.",
      verifies:
        "True for a token that verifies tokens for its audiences and does nothing else; left out for any other.",
    },
  },
  RevokedApiToken: {
    type: RevokedApiToken,
    about: { description: "The revoked token. After a dry run: the token as it is." },
    properties: {
      created_by: "The id of the token that created this one; null for the command line.",
      revoked_at: "When the token was revoked; null after a dry run if it was not.",
      replaced_by: "The id of the token that took its place; null where none did.",
      reused_at: "As in any other answer about the token.",
      reused_from: "As in any other answer about the token.",
      verifies: "As in any other answer about the token.",
      descendants:
        "How many descendants the token had before, by status and access; left out unless `descendants` was asked for. Those that were active or expired are revoked now, unless it was a dry run.",
    },
  },
  CreatedApiToken: {
    type: CreatedApiToken,
    about: { description: "The new token, with its secret." },
    properties: {
      description: "What the token is for; null if nothing was said.",
      token: "The secret. It is shown here and never again: keep it now.",
      expires_at: "When the token expires; null for never.",
      audiences: "The services that the token is for; left out for a token for Publisher's own API.",
      verifies:
        "True for a token that verifies tokens for its audiences and does nothing else; left out for any other.",
    },
  },
  SuccessorApiToken: {
    type: SuccessorApiToken,
    about: { description: "The successor of a token, with its secret." },
    properties: {
      description: "As that of the token that it replaces.",
      token: "The secret. It is shown here and never again: keep it now.",
      expires_at: "When the successor expires; null for never.",
      audiences: "As those of the token that it replaces; left out where that has none.",
      replaces: "The id of the token whose place it takes.",
    },
  },
  Verification: {
    type: Verification,
    about: { description: "Whether a secret is good for what was asked." },
    properties: {
      valid: "Whether the token may be let in.",
      reason:
        "Why not; null if it may. `malformed` is no secret of Publisher's, `unknown` is none of this server's.",
      api_token: "The token, good or not, if the secret is that of one; otherwise null.",
    },
  },
  ApiTokenPage: { type: ApiTokenPage, about: { description: "A page of a list of tokens." } },
  Page: {
    type: Page,
    about: { description: "Where this page stands in the list." },
    properties: {
      page_size: "How many rows this page has.",
      cursor: "What asks for the next page; null on the last one.",
      more: "Whether there is a next page.",
    },
  },
  ApiTokenSummary: {
    type: ApiTokenSummary,
    about: { description: "All tokens in a few numbers, of one moment." },
    properties: {
      counts: "How many tokens there are of each status and access.",
      never_used: "How many active tokens were never used.",
      expiries: `How many active tokens expire on each of ${SUMMARY_DAYS} days of UTC, from today on.`,
      reused: `How many tokens have a secret that was shown in the last ${REUSE_DAYS} days, after the token was revoked, or was replaced and expired.`,
    },
  },
  StatusCounts: {
    type: StatusCounts,
    about: { description: "How many tokens there are of each status and access." },
  },
  AccessCounts: { type: AccessCounts, about: { description: "How many tokens there are of each access." } },
  DayOfExpiries: {
    type: DayOfExpiries,
    about: { description: "How many active tokens expire on one day." },
    properties: { date: "The day, in UTC." },
  },
  Health: { type: Health, about: { description: "All is well." } },
} satisfies NamedTypes;

/** The envelope of failures, once for each code. */
export const ERRORS = {
  BadRequest: failure(
    "bad_request",
    "The body cannot be understood; `data.issues` has everything that is wrong.",
  ),
  AuthenticationError: failure("authentication_error", "There is no valid token in the request."),
  AuthorizationError: failure("authorization_error", "The token may not do this."),
  Conflict: failure(
    "conflict",
    "The token cannot be changed any more; `data` has its status and its successor.",
  ),
  NotFound: failure("not_found", "There is nothing of this kind; `data.resource` says of which."),
  PayloadTooLarge: failure("payload_too_large", "The body is larger than `data.limit_bytes`."),
  UnsupportedMediaType: failure("unsupported_media_type", "The body is not JSON in UTF-8."),
  InternalError: failure(
    "internal_error",
    "A fault of the server; its log has the cause under the trace id.",
  ),
  Unavailable: failure("unavailable", "The server cannot do this now and may later."),
  Issue: {
    type: Issue,
    about: { description: "One thing that is wrong with a body." },
    properties: {
      path: "Where it is wrong, as `filters[0].key`; empty for the whole body.",
      message: "What is wrong, as the end of a sentence that begins with the path.",
    },
  },
  TraceId: {
    type: TraceId,
    about: {
      description:
        "Names the request in the server's log: the trace id of its `traceparent` header, or a fresh one.",
      examples: [EXAMPLE.traceId],
    },
  },
} satisfies NamedTypes;

function failure(code: keyof typeof FAILURES, description: string): NamedType {
  return { type: FAILURES[code], about: { description } };
}
