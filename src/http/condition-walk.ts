import { isTokenId } from "../tokens/identifier.ts";
import {
  CONDITION_DEPTH_MAX,
  CONDITION_LIMIT,
  type Condition,
  FILTER_KEYS,
  type FilterKey,
  PATTERN_KEYS,
  TIME_KEYS,
  type Value,
} from "../tokens/listing.ts";
import { compilePattern, INSTRUCTION_LIMIT, type Pattern, TOO_LARGE } from "../tokens/pattern.ts";
import type { Issue } from "../tokens/refusal.ts";
import { parseTime } from "../tokens/time.ts";
import { ACCESSES, descriptionFault, STATUSES } from "../tokens/token.ts";
import { ISSUE_LIMIT } from "./errors.ts";
import { pathText } from "./issue-path.ts";
import { NOT_A_TOKEN_ID, UNKNOWN_PARAMETER } from "./issues.ts";

export const OPERATORS = ["eq", "in", "nin", "exists", "regex", "lt", "gt"] as const;
type Operator = (typeof OPERATORS)[number];
type Path = readonly PropertyKey[];
type Fields = Readonly<Record<string, unknown>>;

/** Walks the conditions of a list, no deeper and no further than the contract allows, and notes what is wrong. */
export class ConditionWalk {
  readonly issues: Issue[] = [];
  #count = 0;
  #instructionsLeft = INSTRUCTION_LIMIT;

  list(values: readonly unknown[], path: Path, depth: number): readonly Condition[] {
    return values.flatMap((value, index) => this.#condition(value, [...path, index], depth) ?? []);
  }

  #condition(value: unknown, path: Path, depth: number): Condition | null {
    this.#count += 1;
    if (this.#count > CONDITION_LIMIT) return this.#tooMany();
    if (depth > CONDITION_DEPTH_MAX)
      return this.#fault(path, `must not be nested deeper than ${CONDITION_DEPTH_MAX}`);
    if (!isFields(value)) return this.#fault(path, "must be an object");
    if ("and" in value) return this.#group(value, "and", path, depth);
    if ("or" in value) return this.#group(value, "or", path, depth);
    return this.#comparison(value, path);
  }

  #group(fields: Fields, op: "and" | "or", path: Path, depth: number): Condition | null {
    this.#refuseOthers(fields, [op], path);
    const parts = fields[op];
    if (!isFilledList(parts)) return this.#fault([...path, op], "must be a list of at least one condition");
    return { op, conditions: this.list(parts, [...path, op], depth + 1) };
  }

  #comparison(fields: Fields, path: Path): Condition | null {
    this.#refuseOthers(fields, ["key", ...OPERATORS], path);
    const key = FILTER_KEYS.find((known) => known === fields.key);
    const given = OPERATORS.filter((operator) => operator in fields);
    const [operator] = given;
    if (given.length !== 1 || operator === undefined) {
      this.#fault(path, `must have exactly one operator, of ${OPERATORS.join(", ")}`);
    }
    if (key === undefined) return this.#fault([...path, "key"], `must be one of ${FILTER_KEYS.join(", ")}`);
    if (given.length !== 1 || operator === undefined) return null;
    return this.#operation(key, operator, fields[operator], [...path, operator]);
  }

  #operation(key: FilterKey, op: Operator, operand: unknown, path: Path): Condition | null {
    switch (op) {
      case "eq": {
        const value = this.#value(key, operand, path);
        return value === null ? null : { op, key, value };
      }
      case "in":
      case "nin": {
        if (!isFilledList(operand)) return this.#fault(path, "must be a list of at least one value");
        return {
          op,
          key,
          values: operand.flatMap((item, at) => this.#value(key, item, [...path, at]) ?? []),
        };
      }
      case "exists":
        return typeof operand === "boolean"
          ? { op, key, value: operand }
          : this.#fault(path, "must be true or false");
      case "lt":
      case "gt":
        return this.#bound(key, op, operand, path);
      case "regex":
        return this.#pattern(key, operand, path);
    }
  }

  #bound(key: FilterKey, op: "lt" | "gt", operand: unknown, path: Path): Condition | null {
    const timeKey = TIME_KEYS.find((known) => known === key);
    if (timeKey === undefined) return this.#fault(path, `is only for ${TIME_KEYS.join(", ")}`);
    const value = this.#value(timeKey, operand, path);
    return typeof value === "number" ? { op, key: timeKey, value } : null;
  }

  #pattern(key: FilterKey, operand: unknown, path: Path): Condition | null {
    const patternKey = PATTERN_KEYS.find((known) => known === key);
    if (patternKey === undefined) return this.#fault(path, `is only for ${PATTERN_KEYS.join(", ")}`);
    if (!isFields(operand)) return this.#fault(path, 'must be {"pattern", "case_insensitive"}');
    this.#refuseOthers(operand, ["pattern", "case_insensitive"], path);
    const { pattern: source, case_insensitive: caseInsensitive = false } = operand;
    if (typeof caseInsensitive !== "boolean")
      this.#fault([...path, "case_insensitive"], "must be true or false");
    if (typeof source !== "string") return this.#fault([...path, "pattern"], "must be a string");
    const pattern = this.#compile(source, caseInsensitive === true);
    if (typeof pattern === "string") return this.#fault([...path, "pattern"], pattern);
    return { op: "regex", key: patternKey, pattern };
  }

  /** Compiles no more once the patterns are too large together: that alone takes its time. */
  #compile(source: string, caseInsensitive: boolean): Pattern | string {
    if (this.#instructionsLeft <= 0) return TOO_LARGE;
    const pattern = compilePattern(source, caseInsensitive, this.#instructionsLeft);
    if (pattern === TOO_LARGE) this.#instructionsLeft = 0;
    else if (typeof pattern !== "string") this.#instructionsLeft -= pattern.size;
    return pattern;
  }

  #value(key: FilterKey, value: unknown, path: Path): Value | null {
    const read = typeof value === "string" ? VALUES[key](value) : null;
    return read ?? this.#fault(path, EXPECTED_VALUES[key]);
  }

  #refuseOthers(fields: Fields, known: readonly string[], path: Path): void {
    for (const name of Object.keys(fields)) {
      if (!known.includes(name)) this.#fault([...path, name], UNKNOWN_PARAMETER);
    }
  }

  /** Notes no more than can be told. */
  #fault(path: Path, message: string): null {
    if (this.issues.length <= ISSUE_LIMIT) this.issues.push({ path: pathText(path), message });
    return null;
  }

  #tooMany(): null {
    const isFirst = this.#count === CONDITION_LIMIT + 1;
    return isFirst ? this.#fault(["filters"], `must have at most ${CONDITION_LIMIT} conditions`) : null;
  }
}

type ReadValue = (text: string) => Value | null;

const tokenId: ReadValue = (text) => (isTokenId(text) ? text : null);
const oneOf =
  (values: readonly string[]): ReadValue =>
  (text) =>
    values.includes(text) ? text : null;

const VALUES: Readonly<Record<FilterKey, ReadValue>> = {
  id: tokenId,
  created_by: tokenId,
  access: oneOf(ACCESSES),
  status: oneOf(STATUSES),
  description: (text) => (descriptionFault(text) === null ? text : null),
  created_at: parseTime,
  expires_at: parseTime,
  revoked_at: parseTime,
  last_used_at: parseTime,
};

const A_TIME = "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z";

const EXPECTED_VALUES: Readonly<Record<FilterKey, string>> = {
  id: NOT_A_TOKEN_ID,
  created_by: NOT_A_TOKEN_ID,
  access: 'must be "read" or "write"',
  status: 'must be "active", "expired" or "revoked"',
  description: "must be text that a description can have",
  created_at: A_TIME,
  expires_at: A_TIME,
  revoked_at: A_TIME,
  last_used_at: A_TIME,
};

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFilledList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}
