import { expect } from "bun:test";
import type { Answer, TestApi } from "./api.ts";

export const VERIFY = "api-token/verify";
export const BULK_VERIFY = "api-token/bulk-verify";

/** The body of a verification of one secret. */
export interface Question {
  readonly token: unknown;
  readonly [more: string]: unknown;
}

/** The same question about several secrets. */
export function inBulk({ token, ...more }: Question, ...tokens: readonly unknown[]): object {
  return { tokens: [token, ...tokens], ...more };
}

/**
 * The answer of `verify`. Asks the same again, alone and in bulk, and expects the same answer from both: the headers
 * of a failure too.
 */
export async function verify(api: TestApi, question: Question, caller: string): Promise<Answer> {
  const answer = await api.call(VERIFY, question, caller);
  const again = await api.call(VERIFY, question, caller);
  const bulk = await api.call(BULK_VERIFY, inBulk(question, question.token), caller);
  expect(comparable(bulk)).toEqual(comparable({ ...again, json: bulkOf(again) }));
  return answer;
}

function bulkOf({ status, json }: Answer): unknown {
  return status === 200 ? { data: [json, json] } : json;
}

/** An answer without its ids. */
function comparable({ status, headers, json }: Answer): object {
  const { error: { trace_id: _, ...error } = {}, ...rest } = json;
  const kept = ["content-type", "cache-control", "www-authenticate"].map((name) => headers.get(name));
  return { status, headers: kept, error, ...rest };
}
