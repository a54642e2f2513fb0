import type { AuditTrail } from "./audit-trail.ts";
import type { Tokens } from "./tokens.ts";

/** All of the domain, for those who let others call it. */
export interface Authority {
  readonly tokens: Tokens;
  readonly auditTrail: AuditTrail;
}
