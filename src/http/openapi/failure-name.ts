import type { ErrorCode } from "../error-codes.ts";

/** The error codes that operations list. A 405 has none: its method is no operation. */
export type ListedCode = Exclude<ErrorCode, "method_not_allowed">;

type PascalCase<Words extends string> = Words extends `${infer First}_${infer Rest}`
  ? `${Capitalize<First>}${PascalCase<Rest>}`
  : Capitalize<Words>;

export type FailureName = PascalCase<ListedCode>;

/** The name in the document of an error code: `BadRequest` for `bad_request`. */
export function failureName(code: ListedCode): FailureName;
export function failureName(code: string): string {
  return code
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
