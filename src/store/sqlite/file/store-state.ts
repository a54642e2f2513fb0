import type { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { reasonOf } from "../../../system-errors.ts";
import type { UnixSeconds } from "../../../tokens/time.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { openImmutable } from "./reader.ts";

const LAST_EVENT = "SELECT id, at FROM audit_event ORDER BY id DESC LIMIT 1";
const NO_KEY = new Uint8Array();

/** The last change to a token in a store. */
export interface LastEvent {
  readonly id: string;
  readonly at: UnixSeconds;
}

/** The id of a store, and the moment of its state. */
export interface StoreState {
  /** The id of the store. Its backups and its revocation log have the same. */
  readonly id: string;
  /** Null where no token was ever created. */
  readonly lastEvent: LastEvent | null;
}

/** A hash of the cursor key: 16 hexadecimal digits. */
export function storeId(cursorKey: Uint8Array): string {
  return createHash("sha256").update(cursorKey).digest("hex").slice(0, 16);
}

export function stateOf(database: Database): StoreState {
  const row = database.query<{ key: Uint8Array }, []>("SELECT key FROM cursor_key").get();
  return {
    id: storeId(row?.key ?? NO_KEY),
    lastEvent: database.query<LastEvent, []>(LAST_EVENT).get(),
  };
}

/** The reason why a backup is no earlier state of the same store. */
export interface Difference {
  readonly kind: "unreadable" | "of another store" | "later";
  /** For the end of a sentence about the backup. */
  readonly text: string;
}

const OTHER_STORE: Difference = { kind: "of another store", text: "is a backup of another store" };
const LATER: Difference = { kind: "later", text: "has changes that this store does not have" };

/** Null where the file at `older` is an earlier state of the same store as `newer`, or the same state. */
export function differenceFrom(newer: Database, older: string): Difference | null {
  try {
    using past = openImmutable(older);
    return difference(newer, stateOf(past));
  } catch (error) {
    return unreadable(error);
  }
}

export function unreadable(error: unknown): Difference {
  return { kind: "unreadable", text: `cannot be read (${reasonOf(error)})` };
}

function difference(newer: Database, { id, lastEvent }: StoreState): Difference | null {
  if (id !== stateOf(newer).id) return OTHER_STORE;
  return lastEvent === null || hasEvent(newer, lastEvent.id) ? null : LATER;
}

/**
 * Returns the reason why an older backup cannot be read, for the end of a sentence; null if it can, or there is none.
 * Throws StoreUnusable for a backup of another store, or with later changes: that store may have been lost.
 */
export function requireEarlierState(newer: string, older: string): string | null {
  if (!existsSync(older)) return null;
  using present = openImmutable(newer);
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
