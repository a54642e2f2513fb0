import {
  DIRECTIONS,
  type ListTerms,
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
  SKIP_MAX,
  sortKeys,
} from "../../tokens/listing/listing.ts";
import { described } from "../api/described.ts";
import { fault, repeats } from "../api/values.ts";
import { type } from "../body/arktype.ts";

/** To ArkType a list is an object too, and a schema without required keys takes it. */
export const Pagination = described(
  type({
    "+": "reject",
    "limit?": described(
      type("number.integer >= 1"),
      `How many rows a page has at most: ${PAGE_LIMIT_DEFAULT} if left out; more than ${PAGE_LIMIT_MAX} is served as ${PAGE_LIMIT_MAX}.`,
    ),
    "skip?": described(type("number.integer").atLeast(0).atMost(SKIP_MAX), "How many rows to skip first."),
    "cursor?": described(
      type("string | null"),
      "`page.cursor` of the page before; null for the first page. It is valid only with the filters and sorts that it came with.",
    ),
  }).narrow((value, context) => !Array.isArray(value) || fault(context, "must be an object")),
  "The part of the list to return.",
);

/** The body of a list, but for the conditions in `filters`, which refer to each other. */
export function listTypes(terms: ListTerms) {
  const Sort = described(
    type({
      "+": "reject",
      key: type.enumerated(...sortKeys(terms)),
      "direction?": described(type.enumerated(...DIRECTIONS), "`asc` if left out."),
    }),
    "One key to sort by.",
  );
  const Sorts = described(
    Sort.array().narrow(
      (sorts, context) =>
        !repeats(sorts.map(({ key }) => key)) || fault(context, "must name each key only once"),
    ),
    "Keys to sort by, each at most once. Null comes last in both directions; ties go by id. Without sorts: newest first.",
  );
  const Body = type({
    "+": "reject",
    "pagination?": Pagination,
    "filters?": "unknown[]",
    "sorts?": Sorts,
  });
  return { Sort, Body };
}
