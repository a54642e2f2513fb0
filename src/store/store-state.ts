import type { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import type { UnixSeconds } from "../tokens/time.ts";
import { openAtRest } from "./reader.ts";
import { reasonOf } from "./reason.ts";
import { storeMark } from "./revocation-log.ts";
import { StoreUnusable } from "./store-unusable.ts";

const LAST_EVENT = "SELECT id, at FROM audit_event ORDER BY id DESC LIMIT 1";
const NO_KEY = new Uint8Array();

/** The last change to a token that a store has. */
export interface LastEvent {
  readonly id: string;
  readonly at: UnixSeconds;
}

/** Which store this is, and at which moment. */
export interface StoreState {
  /** The same in a store, its backups and its revocation log. */
  readonly mark: string;
  /** Null where no token was ever created. */
  readonly lastEvent: LastEvent | null;
}

export function stateOf(database: Database): StoreState {
  const row = database.query<{ key: Uint8Array }, []>("SELECT key FROM cursor_key").get();
  return {
    mark: storeMark(row?.key ?? NO_KEY),
    lastEvent: database.query<LastEvent, []>(LAST_EVENT).get(),
  };
}

/**
 * Why a backup has something that a newer backup does not have, for the end of a sentence; null where it is an earlier
 * state of the same store.
 */
export function differenceFrom(newer: string, older: string): string | null {
  try {
    using past = openAtRest(older);
    using present = openAtRest(newer);
    const { mark, lastEvent } = stateOf(past);
    if (mark !== stateOf(present).mark) return "is a backup of another store";
    if (lastEvent === null || hasEvent(present, lastEvent.id)) return null;
    return "has changes that this store does not have";
  } catch (error) {
    return `cannot be read (${reasonOf(error)})`;
  }
}

/** Throws StoreUnusable for a backup that is no earlier state of the store that a newer one is of. There may be none. */
export function requireEarlierState(newer: string, older: string): void {
  if (!existsSync(older)) return;
  const difference = differenceFrom(newer, older);
  // Another process may have removed it meanwhile.
  if (difference === null || !existsSync(older)) return;
  throw new StoreUnusable(
    `${older} ${difference}. It was left as it is. If your store was lost, run "publisher restore ${older}". ` +
      "Otherwise name another file for the backup.",
  );
}

function hasEvent(database: Database, id: string): boolean {
  return database.query<unknown, [string]>("SELECT 1 FROM audit_event WHERE id = ?").get(id) !== null;
}
