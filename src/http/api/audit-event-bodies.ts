import { AUDIT_EVENT_LISTING } from "../../tokens/audit/audit-event-listing.ts";
import { listReader } from "../lists/list-body.ts";

export const readListing = listReader(AUDIT_EVENT_LISTING);
