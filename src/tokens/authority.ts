import type { AuditTrail } from "./audit/audit-trail.ts";
import type { TokenService } from "./token-service.ts";
import type { Usage } from "./usage/usage.ts";

/** All of the domain, for those who let others call it. */
export interface Authority {
  readonly tokens: TokenService;
  readonly auditTrail: AuditTrail;
  readonly usage: Usage;
}
