import type { ListedResource, ListKey } from "../listing/listing.ts";
import { AUDIT_ACTIONS, type AuditEvent } from "./audit-event.ts";

const KEYS = {
  id: { kind: "audit-event-id", sorts: true, matches: true, read: ({ id }) => id },
  at: { kind: "time", sorts: true, read: ({ at }) => at },
  action: { kind: AUDIT_ACTIONS, sorts: true, read: ({ action }) => action },
  actor: { kind: "token-id", sorts: true, read: ({ actor }) => actor.tokenId },
  target: { kind: "token-id", sorts: true, read: ({ target }) => target },
  trace_id: { kind: "trace-id", read: ({ actor }) => actor.traceId },
  request_id: { kind: "trace-id", read: ({ actor }) => actor.requestId },
  ip: { kind: "ip", read: ({ actor }) => actor.ip },
} satisfies Readonly<Record<string, ListKey<AuditEvent>>>;

/** A key that audit events are filtered by. */
export type AuditEventKey = keyof typeof KEYS;

/** Audit events as they are listed. */
export const AUDIT_EVENT_LISTING: ListedResource<AuditEvent> = {
  resource: "audit-event",
  keys: KEYS,
  usual: null,
};
