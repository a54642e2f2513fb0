import { expect } from "bun:test";
import type { Answer } from "../http/api.ts";
import { exchange, rawRequest } from "../http/exchange.ts";
import type { ListeningApi } from "../http/listening-api.ts";

/** A request that is answered after every other request. */
export const NEXT_REQUEST = rawRequest({ method: "GET", target: "/healthz", fields: ["Host: x"] });

export const CHUNKED = "Transfer-Encoding: chunked";

export function lengthField(bytes: number): string {
  return `Content-Length: ${bytes}`;
}

/** The head of a request to list, with one more field, which says how its body comes. */
export function rawHead(field: string, token: string | null, target?: string): string {
  const authorization = token === null ? [] : [`Authorization: Bearer ${token}`];
  const fields = ["Host: x", ...authorization, "Content-Type: application/json", field];
  return rawRequest(target === undefined ? { fields } : { target, fields });
}

/**
 * The answer to these pieces, behind which a second request follows on the same connection. That is answered as
 * what it is, or not at all because the connection is closed: never is it taken for a part of the first, nor the
 * first for a part of it.
 */
export async function answerBeforeNext(
  { port }: ListeningApi,
  pieces: readonly (string | Uint8Array)[],
): Promise<Answer> {
  const { answers, isClosed } = await exchange(port, [...pieces, NEXT_REQUEST], 2);
  const [answer, next] = answers;
  if (answer === undefined) throw new Error("the connection was closed without an answer");
  if (next === undefined) expect(isClosed).toBe(true);
  else expect(next.json).toEqual({ status: "ok" });
  return answer;
}
