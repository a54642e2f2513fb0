import type { conditionTypes } from "../lists/filter-types.ts";
import type { NamedType } from "./component-schemas.ts";

/** What the document says of the conditions of one resource. */
interface ConditionWords {
  /** What a row of the list is, as "a token". */
  readonly row: string;
  /** What the values of its keys are like. */
  readonly values: string;
  readonly example: object;
}

/** The conditions of the lists of one resource. */
export function namedConditions(
  types: ReturnType<typeof conditionTypes>,
  { row, values, example }: ConditionWords,
) {
  return {
    Condition: {
      type: types.Condition,
      about: {
        description: `What ${row} must fulfil to be listed. A value that is null fulfils only \`exists: false\` and \`nin\`.`,
        examples: [example],
      },
    },
    FilterKey: { type: types.FilterKey, about: { description: `A property of ${row}. ${values}` } },
    EqualCondition: { type: types.EqualCondition, about: { description: "The property has this value." } },
    InCondition: { type: types.InCondition, about: { description: "The property has one of these values." } },
    NotInCondition: {
      type: types.NotInCondition,
      about: { description: "The property has none of these values, or is null." },
    },
    ExistsCondition: {
      type: types.ExistsCondition,
      about: { description: "The property is not null (`true`), or is null (`false`)." },
    },
    MatchCondition: {
      type: types.MatchCondition,
      about: { description: "The property matches this pattern." },
    },
    BeforeCondition: {
      type: types.BeforeCondition,
      about: { description: "The property is a time before this one." },
    },
    AfterCondition: {
      type: types.AfterCondition,
      about: { description: "The property is a time after this one." },
    },
    AndCondition: { type: types.AndCondition, about: { description: "All of these conditions hold." } },
    OrCondition: {
      type: types.OrCondition,
      about: { description: "At least one of these conditions holds." },
    },
  } satisfies Readonly<Record<string, NamedType>>;
}
