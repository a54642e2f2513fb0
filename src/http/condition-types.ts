import { scope, type } from "arktype";
import { CONDITION_LIMIT, FILTER_KEYS, PATTERN_KEYS, TIME_KEYS } from "../tokens/listing.ts";
import { PATTERN_LIMIT } from "../tokens/pattern.ts";
import { ListTokens, Time } from "./wire.ts";

/**
 * The conditions of a list as types, for whoever reads about them: bodies are read by a walk of their own, which
 * has to look at the depth before anything recursive runs. What a value must be goes by the key, which the types
 * leave to the words beside them.
 */
export const CONDITIONS = scope({
  FilterKey: type.enumerated(...FILTER_KEYS),
  TimeKey: type.enumerated(...TIME_KEYS),
  PatternKey: type.enumerated(...PATTERN_KEYS),
  Time,
  Pattern: { "+": "reject", pattern: `string <= ${PATTERN_LIMIT}`, "case_insensitive?": "boolean" },

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

/** The whole body of `api-token/list`. */
export const ListTokensWithConditions = ListTokens.merge({
  "+": "reject",
  "filters?": CONDITIONS.Condition.array().atMostLength(CONDITION_LIMIT),
});
