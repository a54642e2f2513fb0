import {
  bulkVerifyTypeWith,
  changeTypesWith,
  NoParameters,
  RevokeToken,
  TokenById,
  verifyTypeWith,
} from "../api/api-token-requests.ts";
import { described } from "../api/described.ts";
import { IntrospectToken } from "../api/introspection-request.ts";
import { asUnion } from "../api/nullable.ts";
import {
  ApiToken,
  ApiTokenPage,
  CreatedApiToken,
  RevokedApiToken,
  SuccessorApiToken,
  Verification,
  Verifications,
} from "../api/responses/api-token.ts";
import { ApiTokenSummary, DayOfExpiries } from "../api/responses/api-token-summary.ts";
import { ApiTokenUsage, TokenUses, UseBucket } from "../api/responses/api-token-usage.ts";
import {
  AuditActionName,
  AuditEvent,
  AuditEventChanges,
  AuditEventId,
  AuditEventPage,
} from "../api/responses/audit-event.ts";
import { FAILURES, Issue } from "../api/responses/failures.ts";
import { Health } from "../api/responses/health.ts";
import { ActiveToken, InactiveToken, Introspection, OAuthError } from "../api/responses/introspection.ts";
import {
  AccessCounts,
  Moment,
  PagePosition,
  StatusCounts,
  StatusName,
  TraceId,
} from "../api/responses/response-values.ts";
import { ReadUsage } from "../api/usage-request.ts";
import { AccessName, Audience, BucketName, Description, Time, TokenId } from "../api/values.ts";
import { Pagination } from "../lists/list-types.ts";
import type { NamedSchemas } from "./component-schemas.ts";
import type { FailureName } from "./failure-name.ts";
import { AUDIT_EVENT_LIST, Pattern, TOKEN_LIST } from "./list-schemas.ts";

// The clock that judges expiries when a body is read has no place in a schema.
const CHANGES = changeTypesWith(Time, asUnion);

/** Every schema that has a name in the document, in its order. */
export const NAMED_SCHEMAS = {
  TokenId,
  Access: AccessName,
  Audience,
  Description,
  Status: StatusName,
  Time,
  Moment,
  NoParameters,
  TokenById,
  CreateToken: CHANGES.create,
  RevokeToken,
  UpdateToken: CHANGES.update,
  RotateToken: CHANGES.rotate,
  VerifyToken: verifyTypeWith(asUnion),
  VerifyTokens: bulkVerifyTypeWith(asUnion),
  ListTokens: TOKEN_LIST.List,
  Pagination,
  Sort: TOKEN_LIST.Sort,
  Condition: TOKEN_LIST.Condition,
  FilterKey: TOKEN_LIST.FilterKey,
  EqualCondition: TOKEN_LIST.EqualCondition,
  InCondition: TOKEN_LIST.InCondition,
  NotInCondition: TOKEN_LIST.NotInCondition,
  ExistsCondition: TOKEN_LIST.ExistsCondition,
  MatchCondition: TOKEN_LIST.MatchCondition,
  BeforeCondition: TOKEN_LIST.BeforeCondition,
  AfterCondition: TOKEN_LIST.AfterCondition,
  AndCondition: TOKEN_LIST.AndCondition,
  OrCondition: TOKEN_LIST.OrCondition,
  TimeKey: described(TOKEN_LIST.TimeKey, "A property of a token that is a time."),
  PatternKey: described(
    TOKEN_LIST.PatternKey,
    "A property of a token that can be matched against a pattern.",
  ),
  Pattern,
  ApiToken,
  RevokedApiToken,
  CreatedApiToken,
  SuccessorApiToken,
  Verification,
  Verifications,
  ApiTokenPage,
  Page: PagePosition,
  ApiTokenSummary,
  StatusCounts,
  AccessCounts,
  DayOfExpiries,
  Health,
  AuditEventId,
  AuditAction: AuditActionName,
  AuditEvent,
  AuditEventChanges,
  AuditEventPage,
  ListAuditEvents: AUDIT_EVENT_LIST.List,
  AuditEventSort: AUDIT_EVENT_LIST.Sort,
  AuditEventCondition: AUDIT_EVENT_LIST.Condition,
  AuditEventFilterKey: AUDIT_EVENT_LIST.FilterKey,
  AuditEventEqualCondition: AUDIT_EVENT_LIST.EqualCondition,
  AuditEventInCondition: AUDIT_EVENT_LIST.InCondition,
  AuditEventNotInCondition: AUDIT_EVENT_LIST.NotInCondition,
  AuditEventExistsCondition: AUDIT_EVENT_LIST.ExistsCondition,
  AuditEventMatchCondition: AUDIT_EVENT_LIST.MatchCondition,
  AuditEventBeforeCondition: AUDIT_EVENT_LIST.BeforeCondition,
  AuditEventAfterCondition: AUDIT_EVENT_LIST.AfterCondition,
  AuditEventAndCondition: AUDIT_EVENT_LIST.AndCondition,
  AuditEventOrCondition: AUDIT_EVENT_LIST.OrCondition,
  IntrospectToken,
  Introspection,
  ActiveToken,
  InactiveToken,
  OAuthError,
  Bucket: BucketName,
  ReadUsage,
  ApiTokenUsage,
  UseBucket,
  TokenUses,
  ...failureSchemas(),
  Issue,
  TraceId,
} satisfies NamedSchemas;

export type SchemaName = keyof typeof NAMED_SCHEMAS;

function failureSchemas(): Readonly<Record<FailureName, NamedSchemas[string]>>;
function failureSchemas(): NamedSchemas {
  return Object.fromEntries(Object.values(FAILURES).map(({ name, schema }) => [name, schema]));
}
