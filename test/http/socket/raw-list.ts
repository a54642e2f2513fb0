import { expect } from "bun:test";
import type { Answer, TestApi } from "../../support/http/api.ts";
import { exchange, rawRequest } from "../../support/http/exchange.ts";

/** A request that has its answer after every other request. */
export const NEXT_REQUEST = rawRequest({ method: "GET", target: "/healthz", fields: ["Host: x"] });

export const CHUNKED = "Transfer-Encoding: chunked";

export function lengthField(bytes: number): string {
  return `Content-Length: ${bytes}`;
}

/** The head of a list request, with a field for the framing of its body. */
export function rawHead(field: string, token: string | null, target?: string): string {
  const authorization = token === null ? [] : [`Authorization: Bearer ${token}`];
  const fields = ["Host: x", ...authorization, "Content-Type: application/json", field];
  return rawRequest(target === undefined ? { fields } : { target, fields });
}

/** Returns the answer. A second request follows and must get its own answer, unless the connection is closed. */
export async function answerBeforeNext(
  { port }: TestApi,
  pieces: readonly (string | Uint8Array)[],
): Promise<Answer> {
  const { answers, isClosed } = await exchange(port, [...pieces, NEXT_REQUEST], 2);
  const [answer, next] = answers;
  if (answer === undefined) throw new Error("the connection was closed without an answer");
  if (next === undefined) expect(isClosed).toBe(true);
  else expect(next.json).toEqual({ status: "ok" });
  return answer;
}
