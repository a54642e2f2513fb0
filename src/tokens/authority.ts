import type { AuditTrail } from "./audit/audit-trail.ts";
import type { TokenService } from "./token-service.ts";
import type { Usage } from "./usage/usage.ts";

/** The whole domain, as the HTTP layer calls it. */
export interface Authority {
  readonly tokens: TokenService;
  readonly auditTrail: AuditTrail;
  readonly usage: Usage;
}
