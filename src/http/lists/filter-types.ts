import {
  CONDITION_LIMIT,
  filterKeys,
  type ListTerms,
  patternKeys,
  timeKeys,
} from "../../tokens/listing/listing.ts";
import { PATTERN_LIMIT } from "../../tokens/listing/pattern.ts";
import { Time } from "../api/wire.ts";
import { scope, type Type, type } from "../body/arktype.ts";
import { listTypes } from "./list-types.ts";

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
  const FilterKey = type.enumerated(...filterKeys(terms));
  const TimeKey = type.enumerated(...timeKeys(terms));
  const PatternKey = type.enumerated(...patternKeys(terms));
  const comparisons = {
    EqualCondition: type({ "+": "reject", key: FilterKey, eq: "string" }),
    InCondition: type({ "+": "reject", key: FilterKey, in: "string[] >= 1" }),
    NotInCondition: type({ "+": "reject", key: FilterKey, nin: "string[] >= 1" }),
    ExistsCondition: type({ "+": "reject", key: FilterKey, exists: "boolean" }),
    MatchCondition: type({ "+": "reject", key: PatternKey, regex: Pattern }),
    BeforeCondition: type({ "+": "reject", key: TimeKey, lt: Time }),
    AfterCondition: type({ "+": "reject", key: TimeKey, gt: Time }),
  };
  return { FilterKey, TimeKey, PatternKey, ...comparisons, ...groupTypes(terms, comparisons) };
}

/**
 * The conditions that have conditions in them. ArkType keeps what refers to itself under its name for all of the
 * program: so the resource is a part of the names.
 */
function groupTypes(
  terms: ListTerms,
  comparisons: object,
): Readonly<Record<"AndCondition" | "OrCondition" | "Condition", Type>>;
function groupTypes({ resource }: ListTerms, comparisons: object): object {
  const end = resource.replaceAll("-", "_");
  const [any, and, or] = [`any_${end}`, `and_${end}`, `or_${end}`];
  const definitions: Readonly<Record<string, object | string>> = {
    ...comparisons,
    [and]: { "+": "reject", and: `${any}[] >= 1` },
    [or]: { "+": "reject", or: `${any}[] >= 1` },
    [any]: [...Object.keys(comparisons), and, or].join(" | "),
  };
  const types: object = scope(definitions).export();
  return {
    AndCondition: Reflect.get(types, and),
    OrCondition: Reflect.get(types, or),
    Condition: Reflect.get(types, any),
  };
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
