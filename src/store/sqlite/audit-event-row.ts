import type { AuditAction, AuditEvent } from "../../tokens/audit/audit-event.ts";
import { AUDIT_EVENT_LISTING } from "../../tokens/audit/audit-event-listing.ts";
import type { Comparison } from "../../tokens/listing/listing.ts";
import { conditionSql } from "./list/condition-sql.ts";
import { isOfIds } from "./list/list-cost.ts";
import { type ListTable, raw, type Search } from "./list/list-sql.ts";

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
  rowOf: eventOf,
  place: "id",
  indexes: ["target", "actor"].map((key) => ({
    name: `audit_event_${key}`,
    key,
    isPartial: false,
    covered: ["id"],
  })),
  usual: null,
  text: null,
  plain: (comparison) => comparison,
  comparisonSql: () => null,
  search: ofIds,
};

function ofIds(comparison: Comparison): Search | null {
  if (!isOfIds(comparison)) return null;
  const from = raw("audit_event");
  const where = [conditionSql(comparison, AUDIT_EVENT_TABLE)];
  return { key: "id", from, where: [], counted: { from, where }, covered: ["id"], order: null };
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
