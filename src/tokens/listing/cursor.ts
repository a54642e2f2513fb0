import { timingSafeEqual } from "node:crypto";
import type { Condition, Position, Sort } from "./listing.ts";

const SEAL_BYTES = 16;

/** The list of a cursor: a cursor continues no list of other conditions or another order. */
export interface CursorScope {
  readonly resource: string;
  readonly conditions: readonly Condition[];
  readonly sorts: readonly Sort[];
}

/** A position as text that its holder can neither change nor use for another list, sealed with the store's key. */
export function encodeCursor(position: Position, scope: CursorScope, key: Uint8Array): string {
  const content = new TextEncoder().encode(JSON.stringify(position));
  return Buffer.concat([seal(content, scope, key), content]).toString("base64url");
}

/** The position in a cursor; null if it was not made by encodeCursor for this scope and key. */
export function decodeCursor(cursor: string, scope: CursorScope, key: Uint8Array): Position | null {
  const bytes = Buffer.from(cursor, "base64url");
  if (bytes.length <= SEAL_BYTES || bytes.toString("base64url") !== cursor) return null;
  const content = bytes.subarray(SEAL_BYTES);
  if (!timingSafeEqual(seal(content, scope, key), bytes.subarray(0, SEAL_BYTES))) return null;
  return JSON.parse(content.toString("utf8"));
}

function seal(content: Uint8Array, scope: CursorScope, key: Uint8Array): Uint8Array {
  const hasher = new Bun.CryptoHasher("sha256", key);
  hasher.update(JSON.stringify([scope.resource, scope.conditions, scope.sorts]));
  hasher.update("\n");
  hasher.update(content);
  return hasher.digest().subarray(0, SEAL_BYTES);
}
