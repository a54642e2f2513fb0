import { expect } from "bun:test";
import { expectHardened } from "../hardened.ts";
import type { Answer } from "./api.ts";

/** The status of each error code, as clients know them. */
export const STATUS_OF = {
  bad_request: 400,
  authentication_error: 401,
  authorization_error: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  internal_error: 500,
  unavailable: 503,
} as const;

export type FailureCode = keyof typeof STATUS_OF;

/** The two messages that clients may compare. */
const FIXED_MESSAGES: Partial<Record<FailureCode, string>> = {
  authentication_error: "Invalid or missing API token",
  authorization_error: "Insufficient permissions",
};

/** Headers that only some failures have. */
const OCCASIONAL_HEADERS = ["www-authenticate", "allow", "retry-after"] as const;

/** No failure has a secret, an Authorization header, a place in the code or the database's words. */
export const NEVER_IN_A_FAILURE: readonly RegExp[] = [
  /sk_live_[0-9A-Za-z]/,
  /\bbearer\b/i,
  /\.tsx?\b|\bat [\w.<>]+ \(|node_modules/,
  /(?<!\.)\b(select|insert|update|delete)\b.*\b(from|into|set|token)\b|sqlite|digest/i,
  /elysia|arktype|traversal/i,
];

export interface FailureParts {
  readonly data?: object;
  readonly headers?: Partial<Record<(typeof OCCASIONAL_HEADERS)[number], string>>;
  /** Names the case where a test has several. */
  readonly label?: string;
}

/** Expects this failure in the one form of every failure, without anything internal. */
export function expectFailure(
  answer: Answer,
  code: FailureCode,
  { data = {}, headers = {}, label = code }: FailureParts = {},
): void {
  const traceId = answer.headers.get("trace-id");
  expect(traceId, label).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  const message = FIXED_MESSAGES[code] ?? expect.stringMatching(/\S/);
  expect(answer.json, label).toStrictEqual({ error: { code, message, data, trace_id: traceId } });
  expect(answer.status, label).toBe(STATUS_OF[code]);
  expect(answer.headers.get("content-type"), label).toBe("application/json");
  expect(answer.headers.get("cache-control"), label).toBe("no-store");
  for (const name of OCCASIONAL_HEADERS)
    expect(answer.headers.get(name), `${label}: ${name}`).toBe(headers[name] ?? null);
  for (const pattern of NEVER_IN_A_FAILURE) expect(answer.text, label).not.toMatch(pattern);
  expectHardened(answer.headers, label);
}

export interface ExpectedIssue {
  readonly path: string;
  readonly message: string;
}

/** Expects a 400 with exactly these issues in any order, and the first three of them in its message. */
export function expectIssues(answer: Answer, issues: readonly ExpectedIssue[], label = ""): void {
  const given: readonly ExpectedIssue[] = answer.json?.error?.data?.issues ?? [];
  expect(sorted(given), label).toStrictEqual(sorted(issues));
  expectFailure(answer, "bad_request", { data: { issues: given }, label });
  for (const { path, message } of given.slice(0, 3))
    expect(answer.json.error.message, label).toContain(`${path || "the body"} ${message}`);
}

function sorted(issues: readonly ExpectedIssue[]): readonly ExpectedIssue[] {
  const byPath = (issue: ExpectedIssue) => `${issue.path}\n${issue.message}`;
  return issues.toSorted((left, right) => (byPath(left) < byPath(right) ? -1 : 1));
}
