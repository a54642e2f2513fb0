import {
  CONDITION_DEPTH_MAX,
  CONDITION_LIMIT,
  type Condition,
  filterKeys,
  keyOf,
  type ListTerms,
  patternKeys,
  timeKeys,
  type Value,
} from "../../tokens/listing/listing.ts";
import { compilePattern, INSTRUCTION_LIMIT, type Pattern, TOO_LARGE } from "../../tokens/listing/pattern.ts";
import type { Issue } from "../../tokens/refusal.ts";
import { pathText } from "../body/issue-path.ts";
import { UNKNOWN_PARAMETER } from "../body/parameter-messages.ts";
import { ISSUE_LIMIT } from "../errors.ts";
import { valueForm } from "./filter-values.ts";

export const OPERATORS = ["eq", "in", "nin", "exists", "regex", "lt", "gt"] as const;
type Operator = (typeof OPERATORS)[number];
type Path = readonly PropertyKey[];
type Fields = Readonly<Record<string, unknown>>;

/** How much of the limit a pattern takes that could not be compiled, in instructions: it was read all the same. */
const REFUSED_SIZE = 64;

/** Walks the conditions of a list, no deeper and no further than the contract allows, and collects the faults. */
export class ConditionWalk {
  readonly issues: Issue[] = [];
  readonly #terms: ListTerms;
  #count = 0;
  #instructionsLeft = INSTRUCTION_LIMIT;

  constructor(terms: ListTerms) {
    this.#terms = terms;
  }

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
    const keys = filterKeys(this.#terms);
    const key = keys.find((known) => known === fields.key);
    const given = OPERATORS.filter((operator) => operator in fields);
    const [operator] = given;
    if (given.length !== 1 || operator === undefined) {
      this.#fault(path, `must have exactly one operator, of ${OPERATORS.join(", ")}`);
    }
    if (key === undefined) return this.#fault([...path, "key"], `must be one of ${keys.join(", ")}`);
    if (given.length !== 1 || operator === undefined) return null;
    return this.#operation(key, operator, fields[operator], [...path, operator]);
  }

  #operation(key: string, op: Operator, operand: unknown, path: Path): Condition | null {
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

  #bound(key: string, op: "lt" | "gt", operand: unknown, path: Path): Condition | null {
    const keys = timeKeys(this.#terms);
    if (!keys.includes(key)) return this.#fault(path, `is only for ${keys.join(", ")}`);
    const value = this.#value(key, operand, path);
    return typeof value === "number" ? { op, key, value } : null;
  }

  #pattern(key: string, operand: unknown, path: Path): Condition | null {
    const keys = patternKeys(this.#terms);
    if (!keys.includes(key)) return this.#fault(path, `is only for ${keys.join(", ")}`);
    if (!isFields(operand)) return this.#fault(path, 'must be {"pattern", "case_insensitive"}');
    this.#refuseOthers(operand, ["pattern", "case_insensitive"], path);
    const { pattern: source, case_insensitive: caseInsensitive = false } = operand;
    if (typeof caseInsensitive !== "boolean")
      this.#fault([...path, "case_insensitive"], "must be true or false");
    if (typeof source !== "string") return this.#fault([...path, "pattern"], "must be a string");
    const pattern = this.#compile(source, caseInsensitive === true);
    if (typeof pattern === "string") return this.#fault([...path, "pattern"], pattern);
    return { op: "regex", key, pattern };
  }

  /** Compiles no more once the patterns are too large together: that alone takes its time. */
  #compile(source: string, caseInsensitive: boolean): Pattern | string {
    if (this.#instructionsLeft <= 0) return TOO_LARGE;
    const pattern = compilePattern(source, caseInsensitive, this.#instructionsLeft);
    if (pattern === TOO_LARGE) this.#instructionsLeft = 0;
    else this.#instructionsLeft -= typeof pattern === "string" ? REFUSED_SIZE : pattern.size;
    return pattern;
  }

  #value(key: string, value: unknown, path: Path): Value | null {
    const { read, expected } = valueForm(keyOf(this.#terms, key).kind);
    return (typeof value === "string" ? read(value) : null) ?? this.#fault(path, expected);
  }

  #refuseOthers(fields: Fields, known: readonly string[], path: Path): void {
    for (const name of Object.keys(fields)) {
      if (!known.includes(name)) this.#fault([...path, name], UNKNOWN_PARAMETER);
    }
  }

  /** Collects no more faults than an answer lists, and one to say that there are more. */
  #fault(path: Path, message: string): null {
    if (this.issues.length <= ISSUE_LIMIT) this.issues.push({ path: pathText(path), message });
    return null;
  }

  #tooMany(): null {
    const isFirst = this.#count === CONDITION_LIMIT + 1;
    return isFirst ? this.#fault(["filters"], `must have at most ${CONDITION_LIMIT} conditions`) : null;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFilledList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}
