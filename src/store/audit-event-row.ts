import type { AuditAction, AuditEvent } from "../tokens/audit-event.ts";
import { AUDIT_EVENT_LISTING } from "../tokens/audit-event-listing.ts";
import { isFoundBy } from "./list-cost.ts";
import type { ListTable } from "./list-sql.ts";

/** Every column of an audit event, in the order of its table. */
export const EVENT_COLUMNS = "id, at, action, actor, target, trace_id, ip, changes, request_id";

export interface AuditEventRow {
  id: string;
  at: number;
  action: AuditAction;
  actor: string | null;
  target: string;
  trace_id: string | null;
  ip: string | null;
  changes: string;
  request_id: string | null;
}

export const AUDIT_EVENT_TABLE: ListTable<AuditEvent, AuditEventRow> = {
  resource: AUDIT_EVENT_LISTING,
  table: "audit_event",
  selected: EVENT_COLUMNS,
  isIndexed: (comparison) => isFoundBy(comparison, ["id", "target", "actor"]),
  isOfFew: () => false,
  inOrderOfIds: [],
  computed: {},
  rowOf: eventOf,
};

function eventOf({
  id,
  at,
  action,
  actor,
  target,
  trace_id,
  ip,
  changes,
  request_id,
}: AuditEventRow): AuditEvent {
  return {
    id,
    at,
    action,
    actor: { tokenId: actor, traceId: trace_id, requestId: request_id, ip },
    target,
    changes: JSON.parse(changes),
  };
}
