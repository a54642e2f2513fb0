import { scope, type } from "arktype";
import { CONDITION_LIMIT, filterKeys, type ListTerms, patternKeys, timeKeys } from "../tokens/listing.ts";
import { PATTERN_LIMIT } from "../tokens/pattern.ts";
import { listTypes } from "./list-types.ts";
import { Time } from "./wire.ts";

/** A regular expression as a list takes it. */
export const Pattern = type({
  "+": "reject",
  pattern: `string <= ${PATTERN_LIMIT}`,
  "case_insensitive?": "boolean",
});

/**
 * The conditions of a list as types, for whoever reads about them: bodies are read by a walk of their own, which
 * has to look at the depth before anything recursive runs. What a value must be goes by the key, which the types
 * leave to the words beside them.
 */
export function conditionTypes(terms: ListTerms) {
  return scope({
    FilterKey: type.enumerated(...filterKeys(terms)),
    TimeKey: type.enumerated(...timeKeys(terms)),
    PatternKey: type.enumerated(...patternKeys(terms)),
    Time,
    Pattern,

    EqualCondition: { "+": "reject", key: "FilterKey", eq: "string" },
    InCondition: { "+": "reject", key: "FilterKey", in: "string[] >= 1" },
    NotInCondition: { "+": "reject", key: "FilterKey", nin: "string[] >= 1" },
    ExistsCondition: { "+": "reject", key: "FilterKey", exists: "boolean" },
    MatchCondition: { "+": "reject", key: "PatternKey", regex: "Pattern" },
    BeforeCondition: { "+": "reject", key: "TimeKey", lt: "Time" },
    AfterCondition: { "+": "reject", key: "TimeKey", gt: "Time" },
    AndCondition: { "+": "reject", and: "Condition[] >= 1" },
    OrCondition: { "+": "reject", or: "Condition[] >= 1" },
    Condition:
      "EqualCondition | InCondition | NotInCondition | ExistsCondition | MatchCondition | BeforeCondition | AfterCondition | AndCondition | OrCondition",
  }).export();
}

/** The whole body of a list. */
export function listTypesWithConditions(terms: ListTerms) {
  const { Sort, Body } = listTypes(terms);
  const conditions = conditionTypes(terms);
  const List = Body.merge({
    "+": "reject",
    "filters?": conditions.Condition.array().atMostLength(CONDITION_LIMIT),
  });
  return { Sort, List, conditions };
}
