import { AUDIT_EVENT_LISTING } from "../../tokens/audit/audit-event-listing.ts";
import type { AuditTrail } from "../../tokens/audit/audit-trail.ts";
import { endpoint, outcomeOf } from "../endpoint.ts";
import { listReader } from "../lists/list-body.ts";
import { auditEventPage } from "./resources.ts";

const readListing = listReader(AUDIT_EVENT_LISTING);

/** The endpoints of the resource `audit-event`. */
export function auditEventEndpoints(trail: AuditTrail) {
  return {
    list: endpoint({
      access: "read",
      read: readListing,
      answer: async ({ body, scanCaller }) => auditEventPage(outcomeOf(await trail.list(body, scanCaller))),
    }),
  };
}
