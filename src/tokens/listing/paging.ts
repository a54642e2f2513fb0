import type { Issue, Refusal } from "../refusal.ts";
import type { UnixSeconds } from "../time.ts";
import { type CursorScope, decodeCursor, encodeCursor } from "./cursor.ts";
import {
  conditionOf,
  type Identified,
  type ListedResource,
  type Listing,
  type ListQuery,
  PAGE_LIMIT_MAX,
  positionOf,
  sortsOf,
} from "./listing.ts";

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Where the next page begins; null if this is the last. */
  readonly cursor: string | null;
}

/** Where the pages of a list come from. */
export interface Pages<Row> {
  readonly resource: ListedResource<Row>;
  /** The rows that a query asks for, in its order, at most its limit. */
  readonly find: (query: ListQuery) => readonly Row[] | Promise<readonly Row[]>;
  /** Seals the cursors. */
  readonly cursorKey: Uint8Array;
  readonly now: UnixSeconds;
}

const BAD_CURSOR: Issue = {
  path: "pagination.cursor",
  message: "must be a cursor that this server gave for the same filters and sorts",
};

/** The page that a listing asks for. */
export async function pageOf<Row extends Identified>(
  listing: Listing,
  { resource, find, cursorKey, now }: Pages<Row>,
): Promise<Page<Row> | Refusal> {
  const sorts = sortsOf(listing);
  const scope: CursorScope = { resource: resource.resource, conditions: listing.conditions, sorts };
  const after = listing.cursor === null ? null : decodeCursor(listing.cursor, scope, cursorKey);
  if (listing.cursor !== null && after === null) return { refused: "invalid", issues: [BAD_CURSOR] };
  const limit = Math.min(listing.limit, PAGE_LIMIT_MAX);
  const condition = conditionOf(resource, listing);
  const found = await find({ condition, sorts, after, skip: listing.skip, limit: limit + 1, now });
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return { rows, cursor: last ? encodeCursor(positionOf(resource, last, sorts), scope, cursorKey) : null };
}
