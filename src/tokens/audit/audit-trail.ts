import type { Listing, ListQuery } from "../listing/listing.ts";
import { type Page, pageOf } from "../listing/paging.ts";
import type { ScanCaller } from "../listing/scan-caller.ts";
import type { Refusal } from "../refusal.ts";
import type { AuditEvent } from "./audit-event.ts";
import { AUDIT_EVENT_LISTING } from "./audit-event-listing.ts";

/** The audit events of a store. Throws StoreUnavailable when the store cannot read them now. */
export interface AuditEventStore {
  /** The events that the query asks for, in its order, at most `limit`. Ends when `caller` waits for it no more. */
  list(query: ListQuery, caller: ScanCaller | null): readonly AuditEvent[] | Promise<readonly AuditEvent[]>;
}

export interface AuditTrailParts {
  readonly store: AuditEventStore;
  /** Seals the cursors of lists. */
  readonly cursorKey: Uint8Array;
}

/** No key of an audit event depends on the time of the list. */
const ANY_TIME = 0;

/** Every change that was ever made to a token. */
export class AuditTrail {
  readonly #store: AuditEventStore;
  readonly #cursorKey: Uint8Array;

  constructor({ store, cursorKey }: AuditTrailParts) {
    this.#store = store;
    this.#cursorKey = cursorKey;
  }

  /** One page of the events that a listing asks for. */
  async list(listing: Listing, caller: ScanCaller | null = null): Promise<Page<AuditEvent> | Refusal> {
    return await pageOf(listing, {
      resource: AUDIT_EVENT_LISTING,
      find: (query) => this.#store.list(query, caller),
      cursorKey: this.#cursorKey,
      now: ANY_TIME,
    });
  }
}
