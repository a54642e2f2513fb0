import { type Listing, type ListTerms, PAGE_LIMIT_DEFAULT, sortKeys } from "../../tokens/listing/listing.ts";
import type { Issue } from "../../tokens/refusal.ts";
import { ArkErrors } from "../body/arktype.ts";
import { issuesFrom, type Reading } from "../body/typed-body.ts";
import { ConditionWalk } from "./filter-walk.ts";
import { listTypes } from "./list-types.ts";

/** Reads the bodies of lists: their shape by ArkType, their conditions by a walk, every issue at once. */
export function listReader(terms: ListTerms): (value: object) => Reading<Listing> {
  const { Body } = listTypes(terms);
  const expectedKey = `must be one of ${sortKeys(terms).join(", ")}`;
  return (value) => {
    const tooManySorts = sortsIssue(value, sortKeys(terms).length);
    const lists = listIssues(value);
    const body = Body(tooManySorts === null && lists.length === 0 ? value : withoutParts(value));
    const walk = new ConditionWalk(terms);
    const filters = "filters" in value && Array.isArray(value.filters) ? value.filters : [];
    const conditions = walk.list(filters, ["filters"], 1);
    const issues = [
      ...(body instanceof ArkErrors ? issuesFrom(body, { key: expectedKey }) : []),
      ...(tooManySorts ?? lists),
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
  };
}

/** More sorts than there are keys must repeat one: said before each of thousands is looked at. */
function sortsIssue(value: object, keyCount: number): readonly Issue[] | null {
  const tooMany = "sorts" in value && Array.isArray(value.sorts) && value.sorts.length > keyCount;
  return tooMany ? [{ path: "sorts", message: "must name each key only once" }] : null;
}

/** The body without the parts that have issues of their own. */
function withoutParts(value: object): object {
  return { ...value, sorts: [], pagination: {} };
}

/** To ArkType a list is an object with as many names as it has items, each of which it would name as unknown. */
function listIssues(value: object): readonly Issue[] {
  const sorts = "sorts" in value && Array.isArray(value.sorts) ? value.sorts : [];
  const faulty = sorts.flatMap((sort, index) => (Array.isArray(sort) ? [index] : []));
  return [
    ...("pagination" in value && Array.isArray(value.pagination) ? [PAGINATION_ISSUE] : []),
    ...faulty.map((index) => ({ path: `sorts[${index}]`, message: 'must be {"key", "direction"}' })),
  ];
}

const PAGINATION_ISSUE: Issue = { path: "pagination", message: "must be an object" };
