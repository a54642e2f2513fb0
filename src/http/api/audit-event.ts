import { AUDIT_EVENT_LISTING } from "../../tokens/audit/audit-event-listing.ts";
import type { AuditTrail } from "../../tokens/audit/audit-trail.ts";
import { lazyReader } from "../body/lazy-reader.ts";
import { endpoint, outcomeOf } from "../endpoint.ts";
import { auditEventPage } from "./resources.ts";

const readListing = lazyReader(async () =>
  (await import("../lists/list-body.ts")).listReader(AUDIT_EVENT_LISTING),
);

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
