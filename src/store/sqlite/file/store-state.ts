import type { Database } from "bun:sqlite";
import { existsSync, realpathSync } from "node:fs";
import { reasonOf } from "../../../system-errors.ts";
import type { UnixSeconds } from "../../../tokens/time.ts";
import { storeMark } from "../revocation-log/revocation-log.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { openAtRest } from "./reader.ts";

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

/** Why a backup is no earlier state of the same store. */
export interface Difference {
  readonly kind: "unreadable" | "of another store" | "later";
  /** For the end of a sentence about the backup. */
  readonly text: string;
}

const OTHER_STORE: Difference = { kind: "of another store", text: "is a backup of another store" };
const LATER: Difference = { kind: "later", text: "has changes that this store does not have" };

/** Null where the file at `older` is an earlier state of the store that `newer` is of, or the same. */
export function differenceFrom(newer: Database, older: string): Difference | null {
  try {
    using past = openAtRest(older);
    return difference(newer, stateOf(past));
  } catch (error) {
    return unreadable(error);
  }
}

export function unreadable(error: unknown): Difference {
  return { kind: "unreadable", text: `cannot be read (${reasonOf(error)})` };
}

function difference(newer: Database, { mark, lastEvent }: StoreState): Difference | null {
  if (mark !== stateOf(newer).mark) return OTHER_STORE;
  return lastEvent === null || hasEvent(newer, lastEvent.id) ? null : LATER;
}

/**
 * Says why an older backup cannot be read, for the end of a sentence; null if it can, or there is none. Throws StoreUnusable
 * for one that is no earlier state of the store that the newer one is of: that store may have been lost.
 */
export function requireEarlierState(newer: string, older: string): string | null {
  if (!existsSync(older)) return null;
  using present = openAtRest(newer);
  const found = differenceFrom(present, realpathSync(older));
  // Another process may have removed it meanwhile.
  if (found === null || !existsSync(older)) return null;
  if (found.kind === "unreadable") return found.text;
  throw new StoreUnusable(
    `${older} ${found.text}. It was left as it is. If your store was lost, run "publisher restore ${older}". ` +
      "Otherwise name another file for the backup.",
  );
}

function hasEvent(database: Database, id: string): boolean {
  return database.query<unknown, [string]>("SELECT 1 FROM audit_event WHERE id = ?").get(id) !== null;
}
