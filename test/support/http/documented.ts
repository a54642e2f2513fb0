import { expect } from "bun:test";
import { expectHardened } from "../hardened.ts";
import type { Answer } from "./api.ts";
import type { CorpusRequest } from "./corpus.ts";
import { ENDPOINTS, INSUFFICIENT } from "./endpoints.ts";
import { expectFailure, FAILURE_CODES, type FailureCode, type FailureParts } from "./failures.ts";
import { AUDIT_EVENT_KEYS, RESOURCE_KEYS } from "./resource.ts";

const CHALLENGE =
  /^Bearer realm="publisher"(?:, error="invalid_token", error_description="The token (?:is unknown|has expired|was revoked)")?$/;
const CREATED_KEYS = ["id", "access", "description", "token", "created_at", "expires_at"];

/** What the answers of endpoints have that give neither a token nor a list. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  "api-token/create": CREATED_KEYS,
  "api-token/rotate": [...CREATED_KEYS, "replaces"],
  "api-token/verify": ["valid", "reason", "api_token"],
  "api-token/summary": ["counts", "never_used", "expiries", "reused"],
  "api-token/usage": ["bucket", "from", "to", "buckets"],
};
const HEALTH = ["/healthz", "/readyz", "/readyz/reads"];
/** A path of plain segments, which nobody can read in another way; of any other, some are refused before all else. */
const CLEAR_PATH = /^(?:\/[\w-][\w.-]*)*\/?(?:\?|$)/;

/** What is no part of the API, and looks as it likes. */
const PAGES = ["/", "/swagger", "/swagger/json"];

/** That the answer to a request is one that the contract knows: a success in its shape, or the one envelope. */
export function expectDocumented(request: CorpusRequest, answer: Answer): void {
  const pathname = new URL(`http://localhost${request.path}`).pathname;
  const endpoint = ENDPOINTS.find(({ path }) => pathname === `/publisher.v1/${path}`);
  const isUnclear = !CLEAR_PATH.test(request.path) && answer.status === 400;
  expect(answer.status).toBeOneOf(isUnclear ? [400] : possibleStatuses(request, pathname, endpoint?.access));
  if (answer.status === 200 && PAGES.includes(pathname)) return;
  if (answer.status === 200) {
    expectSuccess(answer, endpoint?.path);
  } else if (answer.json === null) {
    expect(request.method).toBe("HEAD");
    expectHardened(answer.headers);
  } else {
    expectDocumentedFailure(answer, endpoint === undefined);
  }
}

/** Which statuses the first checks leave possible. */
function possibleStatuses(
  { method, credential }: CorpusRequest,
  pathname: string,
  needed: "read" | "write" | undefined,
): readonly number[] {
  if (HEALTH.includes(pathname)) return method === "GET" || method === "HEAD" ? [200] : [405];
  const isProtected = pathname === "/publisher.v1" || pathname.startsWith("/publisher.v1/");
  if (!isProtected) return PAGES.includes(pathname) ? [200, 404, 405] : [404];
  if (credential.access === null) return [401];
  if (needed === undefined) return [404];
  if (method !== "POST") return [405];
  if (needed === "write" && credential.access === "read") return [403];
  return [200, 400, 404, 409, 413, 415];
}

function expectSuccess(answer: Answer, endpoint: string | undefined): void {
  expectHardened(answer.headers);
  if (answer.json === null) return;
  if (endpoint !== "api-token/create" && endpoint !== "api-token/rotate")
    expect(answer.text).not.toMatch(/sk_live_[0-9A-Za-z]/);
  if (endpoint === undefined) expect(answer.json).toEqual({ status: "ok" });
  else if (endpoint === "api-token/list") expectPage(answer, RESOURCE_KEYS);
  else if (endpoint === "audit-event/list") expectPage(answer, AUDIT_EVENT_KEYS);
  else expect(requiredKeys(answer)).toEqual(KEYS[endpoint] ?? requiredKeys(RESOURCE));
}

const RESOURCE = { json: Object.fromEntries(RESOURCE_KEYS.map((key) => [key, null])) };

/** In their order, without those that not every answer has. */
function requiredKeys({ json }: Pick<Answer, "json">): readonly string[] {
  return Object.keys(json).filter((key) => key !== "audiences" && key !== "tokens");
}

function expectPage({ json: { data, page } }: Answer, keys: readonly string[]): void {
  expect(page).toStrictEqual({
    page_size: data.length,
    cursor: page.more ? expect.stringMatching(/^[\w-]+$/) : null,
    more: page.cursor !== null,
  });
  for (const resource of data) expect(Object.keys(resource)).toEqual([...keys]);
}

/** What each failure has that not every failure has; the server's own faults are none that a request may cause. */
const PARTS: Partial<Record<FailureCode, (answer: Answer) => FailureParts>> = {
  bad_request: (answer) => ({ data: issuesIn(answer) }),
  authentication_error: (answer) => ({ headers: headerOf(answer, "www-authenticate", CHALLENGE) }),
  authorization_error: () => ({ headers: { "www-authenticate": INSUFFICIENT } }),
  method_not_allowed: (answer) => ({ headers: headerOf(answer, "allow", /^(?:POST|GET, HEAD)$/) }),
  conflict: (answer) => ({ data: conflictIn(answer) }),
  payload_too_large: () => ({ data: { limit_bytes: 65536 } }),
  unsupported_media_type: () => ({}),
};

function expectDocumentedFailure(answer: Answer, isUnknownEndpoint: boolean): void {
  const { code } = answer.json.error;
  const resource = isUnknownEndpoint ? "endpoint" : "api-token";
  if (code === "not_found") {
    expectFailure(answer, code, { data: { resource } });
    return;
  }
  const known = FAILURE_CODES.find((each) => each === code);
  const parts = known && PARTS[known]?.(answer);
  if (known === undefined || parts === undefined)
    throw new Error(`no request may cause this: ${answer.text}`);
  expectFailure(answer, known, parts);
}

function headerOf(answer: Answer, name: "allow" | "www-authenticate", form: RegExp) {
  const value = answer.headers.get(name) ?? "";
  expect(value).toMatch(form);
  return { [name]: value };
}

function conflictIn({ json }: Answer): object {
  expect(json.error.data).toEqual({
    resource: "api-token",
    status: expect.stringMatching(/^(?:active|expired|revoked)$/),
    replaced_by: json.error.data.replaced_by === null ? null : expect.stringMatching(/^atok_/),
  });
  return json.error.data;
}

function issuesIn(answer: Answer): object {
  const { data } = answer.json.error;
  expect(Object.keys(data)).toEqual(["issues"]);
  expect(data.issues.length).toBeGreaterThan(0);
  for (const issue of data.issues) {
    expect(Object.keys(issue)).toEqual(["path", "message"]);
    expect(issue.path).toBeString();
    expect(issue.message).toMatch(/^(?:must|is) /);
  }
  return data;
}
