import { AUDIT_EVENT_LISTING } from "../../tokens/audit/audit-event-listing.ts";
import type { AuditTrail } from "../../tokens/audit/audit-trail.ts";
import { endpoint, outcomeOf } from "../endpoint.ts";
import { listReader } from "../lists/list-body.ts";
import { AUDIT_EVENT_OPERATIONS } from "../openapi/audit-event-operations.ts";
import { resourceRoutes } from "../resource-routes.ts";
import { auditEventPage } from "./resources.ts";

const readListing = listReader(AUDIT_EVENT_LISTING);

/** The endpoints of the resource `audit-event`. */
export function auditEvent(trail: AuditTrail) {
  return resourceRoutes("audit-event", AUDIT_EVENT_OPERATIONS, {
    list: endpoint({
      access: "read",
      read: readListing,
      answer: async ({ body, scanCaller }) => auditEventPage(outcomeOf(await trail.list(body, scanCaller))),
    }),
  });
}
