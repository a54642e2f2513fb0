import { AUDIT_ACTIONS } from "../../tokens/audit/audit-event.ts";
import { isAuditEventId } from "../../tokens/identifier.ts";
import { SUMMARY_DAYS } from "../../tokens/summary.ts";
import { STATUSES } from "../../tokens/token.ts";
import { OAUTH_ERRORS } from "../auth/oauth-errors.ts";
import { type Type, type } from "../body/arktype.ts";
import { NOT_AN_AUDIT_EVENT_ID } from "../body/issues.ts";
import type { ErrorCode } from "../errors.ts";
import { AccessName, Audiences, BucketName, Description, fault, TokenId } from "./wire.ts";

/** A moment as the API writes it: UTC, whole seconds. */
export const Moment = type(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

export const StatusName = type.enumerated(...STATUSES);

export const TraceId = type(/^[0-9a-f]{32}$/);

/** Why a secret is not good for what was asked. */
const VerificationReason = type.enumerated(
  "malformed",
  "unknown",
  "expired",
  "revoked",
  "insufficient_access",
  "wrong_audience",
);

/** A token as every endpoint but `create` gives it. */
export const ApiToken = type({
  id: TokenId,
  access: AccessName,
  audiences: Audiences.or("null"),
  description: Description.or("null"),
  hint: /^sk_live_…[0-9A-Za-z]{4}$/,
  status: StatusName,
  created_at: Moment,
  created_by: TokenId.or("null"),
  expires_at: Moment.or("null"),
  revoked_at: Moment.or("null"),
  last_used_at: Moment.or("null"),
  replaced_by: TokenId.or("null"),
  reused_at: Moment.or("null"),
  reused_from: "string | null",
  "verifies?": "true",
});

/** What `create` gives, the one answer with the secret. */
export const CreatedApiToken = type({
  id: TokenId,
  access: AccessName,
  description: Description.or("null"),
  token: /^sk_live_[0-9A-Za-z]{49}$/,
  created_at: Moment,
  expires_at: Moment.or("null"),
  "audiences?": Audiences,
  "verifies?": "true",
});

/** What `rotate` gives: the successor with its secret. */
export const SuccessorApiToken = CreatedApiToken.merge({ replaces: TokenId });

/** What `verify` gives. */
export const Verification = type({
  valid: "boolean",
  reason: VerificationReason.or("null"),
  api_token: ApiToken.or("null"),
});

/** What introspection gives of a token that is good. */
export const ActiveToken = type({
  active: "true",
  scope: "'read' | 'read write'",
  client_id: TokenId,
  sub: TokenId,
  "aud?": Audiences,
  iat: "number.integer",
  "exp?": "number.integer",
  token_type: "'Bearer'",
});

/** What introspection gives of every other one, and of what is none. */
export const InactiveToken = type({ active: "false" });

export const Introspection = ActiveToken.or(InactiveToken);

/** A failure of introspection. RFC 6749 lets neither quotation marks nor backslashes be in its description. */
export const OAuthError = type({
  error: type.enumerated(...OAUTH_ERRORS),
  error_description: /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/,
});

/** Where a page of a list ends. */
export const Page = type({
  page_size: "number.integer >= 0",
  cursor: "string | null",
  more: "boolean",
});

export const ApiTokenPage = type({ data: ApiToken.array(), page: Page });

/** The id of an audit event. */
export const AuditEventId = type("string").narrow(
  (text, context) => isAuditEventId(text) || fault(context, NOT_AN_AUDIT_EVENT_ID),
);

export const AuditActionName = type.enumerated(...AUDIT_ACTIONS);

/** What a change made otherwise: of a creation all that was said, of any other what it is about. */
export const AuditEventChanges = type({
  "access?": AccessName,
  "audiences?": Audiences.or("null"),
  "verifies?": "true",
  "description?": Description.or("null"),
  "expires_at?": Moment.or("null"),
  "revoked_at?": Moment,
  "replaced_by?": TokenId,
  "replaces?": TokenId,
});

/** A change to a token. */
export const AuditEvent = type({
  id: AuditEventId,
  at: Moment,
  action: AuditActionName,
  actor: TokenId.or("null"),
  target: TokenId,
  trace_id: TraceId.or("null"),
  request_id: TraceId.or("null"),
  ip: "string | null",
  changes: AuditEventChanges,
});

export const AuditEventPage = type({ data: AuditEvent.array(), page: Page });

const Count = type("number.integer >= 0");

/** How many tokens there are of each access. */
export const AccessCounts = type({ read: Count, write: Count });

/** How many tokens expire on one day of UTC. */
export const DayOfExpiries = type({ date: /^\d{4}-\d\d-\d\d$/, count: Count });

/** How many tokens there are of each status and access. */
export const StatusCounts = type({ active: AccessCounts, expired: AccessCounts, revoked: AccessCounts });

/** What `revoke` gives. */
export const RevokedApiToken = ApiToken.merge({ "descendants?": StatusCounts });

export const ApiTokenSummary = type({
  counts: StatusCounts,
  never_used: Count,
  expiries: DayOfExpiries.array().exactlyLength(SUMMARY_DAYS),
  reused: Count,
});

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

export const Health = type({ status: "'ok'" });

export const Issue = type({ path: "string", message: "string" });

const NoDetails = type({}).configure({ description: "Nothing: the code says it all." });

const UnavailableDetails = type({
  "outcome?": type.enumerated("unknown", "pending").configure({
    description:
      "Left out: nothing was changed. `unknown`: the storage failed in the middle of the change; the audit trail says " +
      "after a restart whether it was made. `pending`: a revocation that is not stored yet; this server refuses the " +
      "token from now on and stores the revocation as soon as it can.",
  }),
  "pending_token?": type("boolean").configure({
    description: "With `pending`: whether the revocation of the token itself is not stored yet.",
  }),
  "pending_descendants?": type("number.integer").configure({
    description: "With `pending`: for how many of its descendants the revocation is not stored yet.",
  }),
});

/** Every failure in the one envelope; what `data` holds goes by the code. */
export const FAILURES = {
  bad_request: envelope("bad_request", type({ issues: Issue.array() })),
  authentication_error: envelope("authentication_error", NoDetails),
  authorization_error: envelope("authorization_error", NoDetails),
  not_found: envelope("not_found", type({ resource: "string" })),
  conflict: envelope(
    "conflict",
    type({ resource: "'api-token'", status: StatusName, replaced_by: TokenId.or("null") }),
  ),
  method_not_allowed: envelope("method_not_allowed", NoDetails),
  payload_too_large: envelope("payload_too_large", type({ limit_bytes: "number.integer" })),
  unsupported_media_type: envelope("unsupported_media_type", NoDetails),
  internal_error: envelope("internal_error", NoDetails),
  unavailable: envelope("unavailable", UnavailableDetails),
} satisfies Readonly<Record<ErrorCode, Type>>;

function envelope(code: ErrorCode, data: Type<object>) {
  return type({ error: { code: type.unit(code), message: "string", data, trace_id: TraceId } });
}
