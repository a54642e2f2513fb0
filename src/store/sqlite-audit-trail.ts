import type { AuditEvent } from "../tokens/audit-event.ts";
import type { AuditEventStore } from "../tokens/audit-trail.ts";
import type { ListQuery } from "../tokens/listing.ts";
import { AUDIT_EVENT_TABLE, EVENT_COLUMNS } from "./audit-event-row.ts";
import { type ListSource, listRows } from "./list-rows.ts";

/** The audit events in the SQLite file of a data directory. */
export class SqliteAuditTrail implements AuditEventStore {
  readonly #source: ListSource;

  constructor(source: ListSource) {
    this.#source = source;
  }

  /** Keeps an event; to be called in the transaction of the change that it tells of. */
  record({ id, at, action, actor, target, changes }: AuditEvent): void {
    this.#source.database
      .query(`INSERT INTO audit_event (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        id,
        at,
        action,
        actor.tokenId,
        target,
        actor.traceId,
        actor.ip,
        JSON.stringify(changes),
        actor.requestId,
      );
  }

  async list(query: ListQuery, signal: AbortSignal | null = null): Promise<readonly AuditEvent[]> {
    return await listRows(this.#source, AUDIT_EVENT_TABLE, query, signal);
  }
}
