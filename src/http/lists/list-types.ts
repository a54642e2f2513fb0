import { type ListTerms, sortKeys } from "../../tokens/listing/listing.ts";
import { fault, Pagination, repeats } from "../api/wire.ts";
import { type } from "../body/arktype.ts";

/** The body of a list, but for the conditions in `filters`, which refer to each other. */
export function listTypes(terms: ListTerms) {
  const Sort = type({
    "+": "reject",
    key: type.enumerated(...sortKeys(terms)),
    "direction?": "'asc' | 'desc'",
  });
  const Sorts = Sort.array().narrow(
    (sorts, context) =>
      !repeats(sorts.map(({ key }) => key)) || fault(context, "must name each key only once"),
  );
  const Body = type({
    "+": "reject",
    "pagination?": Pagination,
    "filters?": "unknown[]",
    "sorts?": Sorts,
  });
  return { Sort, Body };
}
