import type { AuditAction, AuditEvent } from "../../tokens/audit/audit-event.ts";
import { AUDIT_EVENT_LISTING } from "../../tokens/audit/audit-event-listing.ts";
import type { Comparison } from "../../tokens/listing/listing.ts";
import { isOfIds } from "./list/list-cost.ts";
import type { ListTable } from "./list/list-sql.ts";

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
  isIndexed: (comparison) => isOfIds(comparison) || isOfParties(comparison, ["eq", "in", "exists"]),
  isInOrderOfIds: (comparison) => isOfParties(comparison, ["eq", "exists"]),
  rowOf: eventOf,
};

/** Whether it names the targets or the actors of events, or asks for those of the command line. */
function isOfParties(comparison: Comparison, ops: readonly Comparison["op"][]): boolean {
  const isOfMost = comparison.op === "exists" && comparison.value;
  return ["target", "actor"].includes(comparison.key) && ops.includes(comparison.op) && !isOfMost;
}

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
