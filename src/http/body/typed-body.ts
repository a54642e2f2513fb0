import type { Issue } from "../../tokens/refusal.ts";
import { ISSUE_LIMIT } from "../errors.ts";
import { ArkErrors } from "./arktype.ts";
import { pathText } from "./issue-path.ts";
import { EXPECTED, type Expected, UNKNOWN_PARAMETER } from "./parameter-messages.ts";

/** The result of reading a body: its values, or all its faults. */
export type Reading<Body> = { readonly body: Body } | { readonly issues: readonly Issue[] };

/** The part of an ArkType that is used here: a function that returns the value or its faults. */
interface Shape<Body> {
  readonly infer: Body;
  (value: unknown): Body | ArkErrors;
}

/** Returns a function that reads a body by an ArkType. */
export function shaped<Body>(shape: Shape<Body>): (value: object) => Reading<Body> {
  return (value) => {
    const body = shape(value);
    return body instanceof ArkErrors ? { issues: issuesFrom(body) } : { body };
  };
}

/** ArkType expects this of a key that a type does not have. */
const NOT_THERE = "removed";

/** The faults that ArkType found, in our words, as many as an answer can have. `more` has the words of one endpoint. */
export function issuesFrom(errors: ArkErrors, more: Expected = {}): readonly Issue[] {
  const expectations = { ...EXPECTED, ...more };
  return errors.slice(0, ISSUE_LIMIT + 1).map(({ path, code, expected }) => ({
    path: pathText(path),
    message: message(path, code, expected, expectations),
  }));
}

function message(
  path: readonly PropertyKey[],
  code: string,
  expected: string,
  expectations: Expected,
): string {
  if (expected === NOT_THERE) return UNKNOWN_PARAMETER;
  if (code === "required") return "is required";
  if (code === "predicate" && expected.startsWith("must ")) return expected;
  const name = path.findLast((step) => typeof step === "string");
  const isItem = typeof path.at(-1) === "number";
  return expectations[`${name ?? ""}${isItem ? "[]" : ""}`] ?? "is not valid";
}
