import { AUDIT_EVENT_LISTING } from "../../tokens/audit/audit-event-listing.ts";
import {
  CONDITION_DEPTH_MAX,
  CONDITION_LIMIT,
  filterKeys,
  type ListTerms,
  patternKeys,
  timeKeys,
} from "../../tokens/listing/listing.ts";
import { PATTERN_LIMIT } from "../../tokens/listing/pattern.ts";
import { TOKEN_LISTING } from "../../tokens/listing/token-listing.ts";
import { described } from "../api/described.ts";
import { Time } from "../api/values.ts";
import { scope, type Type, type } from "../body/arktype.ts";
import { listTypes } from "../lists/list-types.ts";
import { EXAMPLE } from "./example-values.ts";

export const Pattern = described(
  type({
    "+": "reject",
    pattern: `string <= ${PATTERN_LIMIT}`,
    "case_insensitive?": described(type("boolean"), "false if left out."),
  }),
  {
    description: "A regular expression in the syntax of RE2, found anywhere in the text.",
    examples: [{ pattern: "^CI", case_insensitive: true }],
  },
);

/** The texts about the list of one resource. */
interface ListTexts {
  readonly list: string;
  /** Follows the limits of `filters`. */
  readonly defaultFilters: string;
  /** One row, such as "a token". */
  readonly row: string;
  /** The values of the filter keys. */
  readonly values: string;
  readonly example: object;
}

export const TOKEN_LIST = listSchemas(TOKEN_LISTING, {
  list: "The filters, the order and the page of the list. An empty object is valid.",
  defaultFilters:
    " Revoked tokens are left out unless one names `status`, `revoked_at`, `reused_at` or `id`.",
  row: "a token",
  values:
    "Its values are compared as the resource has them: ids, names, text, and times as in RFC 3339. Of `audiences`, " +
    "one has to be equal; with `nin`, none.",
  example: { key: "access", eq: "write" },
});

export const AUDIT_EVENT_LIST = listSchemas(AUDIT_EVENT_LISTING, {
  list: "The filters, the order and the page of the list. An empty object is valid.",
  defaultFilters: "",
  row: "an audit event",
  values:
    "Its values are compared as the resource has them: ids, names, addresses as text, and times as in RFC 3339.",
  example: { key: "target", eq: EXAMPLE.id },
});

/** The request of a list, for the document alone: the server reads conditions without a recursive schema. */
function listSchemas(terms: ListTerms, texts: ListTexts) {
  const { Sort, Body } = listTypes(terms);
  const conditions = conditionSchemas(terms, texts);
  const filters = described(
    conditions.Condition.array().atMostLength(CONDITION_LIMIT),
    `Conditions that must all hold: at most ${CONDITION_LIMIT} of them, \`and\` and \`or\` counted, and at most ` +
      `${CONDITION_DEPTH_MAX} deep.${texts.defaultFilters}`,
  );
  const List = described(Body.merge({ "+": "reject", "filters?": filters }), texts.list);
  return { List, Sort, ...conditions };
}

/** The conditions of a list. The form of a value goes by its key, which these schemas leave to their descriptions. */
function conditionSchemas(terms: ListTerms, { row, values, example }: ListTexts) {
  const FilterKey = described(type.enumerated(...filterKeys(terms)), `A property of ${row}. ${values}`);
  const TimeKey = type.enumerated(...timeKeys(terms));
  const PatternKey = type.enumerated(...patternKeys(terms));
  const comparisons = {
    EqualCondition: described(
      type({ "+": "reject", key: FilterKey, eq: "string" }),
      "The property has this value.",
    ),
    InCondition: described(
      type({ "+": "reject", key: FilterKey, in: "string[] >= 1" }),
      "The property has one of these values.",
    ),
    NotInCondition: described(
      type({ "+": "reject", key: FilterKey, nin: "string[] >= 1" }),
      "The property has none of these values, or is null.",
    ),
    ExistsCondition: described(
      type({ "+": "reject", key: FilterKey, exists: "boolean" }),
      "The property is not null (`true`), or is null (`false`).",
    ),
    MatchCondition: described(
      type({ "+": "reject", key: PatternKey, regex: Pattern }),
      "The property matches this pattern.",
    ),
    BeforeCondition: described(
      type({ "+": "reject", key: TimeKey, lt: Time }),
      "The property is a time before this one.",
    ),
    AfterCondition: described(
      type({ "+": "reject", key: TimeKey, gt: Time }),
      "The property is a time after this one.",
    ),
  };
  const { AndCondition, OrCondition, Condition } = groupSchemas(terms, comparisons);
  return {
    Condition: described(Condition, {
      description: `A condition that ${row} must fulfil to be listed. A value that is null fulfils only \`exists: false\` and \`nin\`.`,
      examples: [example],
    }),
    FilterKey,
    TimeKey,
    PatternKey,
    ...comparisons,
    AndCondition: described(AndCondition, "All of these conditions hold."),
    OrCondition: described(OrCondition, "At least one of these conditions holds."),
  };
}

/**
 * The conditions that have conditions in them. ArkType registers a recursive schema under its name for the whole
 * program, so the names contain the resource.
 */
function groupSchemas(
  terms: ListTerms,
  comparisons: object,
): Readonly<Record<"AndCondition" | "OrCondition" | "Condition", Type>>;
function groupSchemas({ resource }: ListTerms, comparisons: object): object {
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
