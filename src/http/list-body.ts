import { ArkErrors } from "arktype";
import { type Listing, PAGE_LIMIT_DEFAULT, SORT_KEYS } from "../tokens/listing.ts";
import type { Issue } from "../tokens/refusal.ts";
import { ConditionWalk } from "./condition-walk.ts";
import type { Reading } from "./endpoint.ts";
import { issuesFrom } from "./issues.ts";
import { ListTokens } from "./wire.ts";

/** Reads the body of a list: its shape by ArkType, its conditions by a walk, every issue at once. */
export function readListing(value: object): Reading<Listing> {
  const tooManySorts = sortsIssue(value);
  const body = ListTokens(tooManySorts === null ? value : { ...value, sorts: [] });
  const walk = new ConditionWalk();
  const filters = "filters" in value && Array.isArray(value.filters) ? value.filters : [];
  const conditions = walk.list(filters, ["filters"], 1);
  const issues = [
    ...(body instanceof ArkErrors ? issuesFrom(body) : []),
    ...(tooManySorts ?? []),
    ...walk.issues,
  ];
  if (body instanceof ArkErrors || issues.length > 0) return { issues };
  const { pagination, sorts = [] } = body;
  return {
    body: {
      conditions,
      sorts: sorts.map(({ key, direction = "asc" }) => ({ key, direction })),
      limit: pagination?.limit ?? PAGE_LIMIT_DEFAULT,
      skip: pagination?.skip ?? 0,
      cursor: pagination?.cursor ?? null,
    },
  };
}

/** More sorts than there are keys must repeat one: said before each of thousands is looked at. */
function sortsIssue(value: object): readonly Issue[] | null {
  const tooMany = "sorts" in value && Array.isArray(value.sorts) && value.sorts.length > SORT_KEYS.length;
  return tooMany ? [{ path: "sorts", message: "must name each key only once" }] : null;
}
