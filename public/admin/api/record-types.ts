export type {
  ApiTokenUsage as Usage,
  UseBucket as Uses,
} from "../../../src/http/api/responses/api-token-usage.ts";
export type { AuditEvent, AuditEventPage as AuditPage } from "../../../src/http/api/responses/audit-event.ts";
export { AUDIT_ACTIONS, type AuditAction } from "../../../src/tokens/audit/audit-event.ts";
export type { Bucket } from "../../../src/tokens/usage/usage-period.ts";
