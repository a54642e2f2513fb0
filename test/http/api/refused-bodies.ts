import { test } from "bun:test";
import type { TestApi } from "../../support/http/api.ts";
import { expectIssues } from "../../support/http/failures.ts";

/** A body, as JSON text or a value, with the path and the message of each of its issues. */
export type RefusedBody = readonly [body: unknown, ...issues: readonly Issue[]];
export type Issue = readonly [path: string, message: string];

export const UNKNOWN = "is not a known parameter";
export const NO_TOKEN_ID = 'must be a token id: "atok_" and 1 to 64 letters and digits';
export const NO_NAME =
  "must be a name of 1 to 63 lower-case letters, digits and hyphens that does not begin with a hyphen";
export const NO_TIME =
  "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z, from 1970 to 9999 in UTC";

/** The same issue for several values, each of which `body` puts into a body. */
export function each(
  values: readonly unknown[],
  body: (value: never) => unknown,
  ...issues: readonly Issue[]
): readonly RefusedBody[] {
  return values.map((value) => [body(value as never), ...issues]);
}

/** One test for each body: the endpoint refuses it with exactly these issues. */
export function testRefusals(api: TestApi, endpoint: string, refused: readonly RefusedBody[]): void {
  for (const [body, ...issues] of refused) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    test(`${endpoint} refuses ${text.slice(0, 120)}`, async () => {
      const expected = issues.map(([path, message]) => ({ path, message }));
      expectIssues(await api.call(endpoint, body), expected);
    });
  }
}
