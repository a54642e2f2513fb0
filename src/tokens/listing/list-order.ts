import { keyOf, type ListTerms, type Sort } from "./listing.ts";

/**
 * The sorts up to and with the id: those behind it decide nothing. So the order is total: no two rows have the same place.
 * Throws an Error for a key that the resource does not have: a key becomes a part of SQL.
 */
export function totalSorts(resource: ListTerms, sorts: readonly Sort[]): readonly Sort[] {
  const byId = sorts.findIndex(({ key }) => key === "id");
  const total: readonly Sort[] =
    byId === -1 ? [...sorts, { key: "id", direction: "asc" }] : sorts.slice(0, byId + 1);
  for (const { key } of total) keyOf(resource, key);
  return total;
}
