import type { AuditEvent } from "../../tokens/audit/audit-event.ts";
import type { AuditEventStore } from "../../tokens/audit/audit-trail.ts";
import type { ListQuery } from "../../tokens/listing/listing.ts";
import type { ScanCaller } from "../../tokens/listing/scan-caller.ts";
import { AUDIT_EVENT_TABLE, type AuditEventRow, EVENT_COLUMNS } from "./audit-event-row.ts";
import { listRows } from "./list/list-rows.ts";
import { withStoreErrors } from "./sqlite-errors.ts";
import type { ListSource } from "./store-connections.ts";

/** The audit events in the SQLite file of a data directory. */
export class SqliteAuditTrail implements AuditEventStore {
  readonly #source: ListSource;

  constructor(source: ListSource) {
    this.#source = source;
  }

  /** Adds an event. Call it in the transaction of its change. */
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

  /** The last id of an event; null where there is none. */
  lastId(): string | null {
    const last = this.#source.database.query<{ id: string | null }, []>(
      "SELECT max(id) AS id FROM audit_event",
    );
    return withStoreErrors(() => last.get())?.id ?? null;
  }

  /** Whether there is an event with this id. */
  has(id: string): boolean {
    const found = this.#source.database.query<unknown, [string]>("SELECT 1 FROM audit_event WHERE id = ?");
    return withStoreErrors(() => found.get(id)) !== null;
  }

  /** At most `limit` events after one id and up to another, in order, without creations. */
  changesBetween(after: string, last: string, limit: number): readonly AuditEvent[] {
    const found = this.#source.database.query<AuditEventRow, [string, string, number]>(
      `SELECT ${EVENT_COLUMNS} FROM audit_event
       WHERE id > ? AND id <= ? AND action <> 'api-token.create' ORDER BY id LIMIT ?`,
    );
    return withStoreErrors(() => found.all(after, last, limit)).map(AUDIT_EVENT_TABLE.rowOf);
  }

  async list(query: ListQuery, caller: ScanCaller | null = null): Promise<readonly AuditEvent[]> {
    const { database, scans } = this.#source;
    return await listRows(database, AUDIT_EVENT_TABLE, query, () =>
      scans.run(caller, "auditEvents", () => query),
    );
  }
}
