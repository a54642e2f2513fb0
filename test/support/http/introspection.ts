import { expect } from "bun:test";
import type { Answer, Sent, TestApi } from "./api.ts";
import { BARE_CHALLENGE } from "./credentials.ts";

export const INTROSPECT = "/oauth2/introspect";
export const FORM = "application/x-www-form-urlencoded";

export const BASIC_CHALLENGE = 'Basic realm="publisher"';

/** The challenge to a caller that used neither scheme. */
export const BOTH_CHALLENGES = `${BARE_CHALLENGE}, ${BASIC_CHALLENGE}`;

/** An Authorization header with that password, in UTF-8 by default. */
export function basic(password: string, user = "publisher", encoding: BufferEncoding = "utf8"): string {
  return `Basic ${Buffer.from(`${user}:${password}`, encoding).toString("base64")}`;
}

/** Sends a form; text is sent unchanged. */
export async function introspect(
  api: TestApi,
  form: Readonly<Record<string, string>> | string,
  { headers = {}, ...sent }: Sent = {},
): Promise<Answer> {
  const body = typeof form === "string" ? form : String(new URLSearchParams(form));
  return await api.send(INTROSPECT, { body, headers: { "content-type": FORM, ...headers }, ...sent });
}

/** The whole of an answer, as text. */
export function wholeOf({ text, headers }: Answer): string {
  return text + JSON.stringify([...headers]);
}

/** Headers that only some failures have. */
const OCCASIONAL_HEADERS = ["www-authenticate", "allow", "retry-after", "connection"] as const;

export interface ExpectedOAuthError {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly headers?: Partial<Record<(typeof OCCASIONAL_HEADERS)[number], string>>;
}

/** Expects this failure, byte for byte. */
export function expectOAuthError(
  answer: Answer,
  { status, error, description, headers = {} }: ExpectedOAuthError,
  label = "",
): void {
  expect(answer.text, label).toBe(`{"error":"${error}","error_description":"${description}"}`);
  expect(answer.status, label).toBe(status);
  expect(answer.headers.get("content-type"), label).toBe("application/json");
  expect(answer.headers.get("cache-control"), label).toBe("no-store");
  expect(answer.headers.get("trace-id"), label).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  for (const name of OCCASIONAL_HEADERS)
    expect(answer.headers.get(name), `${label}: ${name}`).toBe(headers[name] ?? null);
}
