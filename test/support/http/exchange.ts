import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { PATIENCE_MS } from "../patience.ts";
import type { Answer } from "./api.ts";

/** The time between two pieces in milliseconds, so that they arrive apart. */
const PAUSE_MS = 5;

export const HEAD_END = "\r\n\r\n";

/** The answers on a connection. */
export interface Exchange {
  readonly answers: readonly Answer[];
  /** Whether the server closed the connection before the last expected answer. */
  readonly isClosed: boolean;
}

/**
 * Writes the pieces one after the other to a port of the loopback or to a Unix socket. Returns so many answers, or
 * fewer if the server closes the connection.
 */
export async function exchange(
  where: number | string,
  pieces: readonly (string | Uint8Array)[],
  count = 1,
  patienceMs = PATIENCE_MS,
): Promise<Exchange> {
  const socket = typeof where === "string" ? connect(where) : connect(where, "127.0.0.1");
  const ended = reading(socket, count, patienceMs);
  for (const piece of pieces) {
    if (socket.destroyed) break;
    socket.write(piece);
    await pause(PAUSE_MS);
  }
  return await ended;
}

/** Returns the answer to one request. Throws if the server closes the connection without one. */
export async function answerTo(
  where: number | string,
  ...pieces: readonly (string | Uint8Array)[]
): Promise<Answer> {
  const [answer] = (await exchange(where, pieces)).answers;
  if (answer === undefined) throw new Error("the connection was closed without an answer");
  return answer;
}

/** Resolves after so many answers or when the connection is closed; rejects when that takes too long. */
function reading(socket: Socket, count: number, patienceMs: number): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const answers: Answer[] = [];
    let received = Buffer.alloc(0);
    const end = (isClosed: boolean) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve({ answers, isClosed });
    };
    const deadline = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(`only ${answers.length} of ${count} answers came, then: ${received.toString("latin1")}`),
      );
    }, patienceMs);
    socket.on("data", (bytes) => {
      received = Buffer.concat([received, typeof bytes === "string" ? Buffer.from(bytes) : bytes]);
      for (let next = firstAnswer(received); next !== null; next = firstAnswer(received)) {
        answers.push(next.answer);
        received = received.subarray(next.size);
      }
      if (answers.length >= count) end(false);
    });
    socket.on("error", () => end(true));
    socket.on("close", () => end(true));
  });
}

/** Returns the first whole answer with its size in bytes, and null if it is not complete. */
function firstAnswer(received: Buffer): { readonly answer: Answer; readonly size: number } | null {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const [statusLine = "", ...lines] = received.subarray(0, headEnd).toString("latin1").split("\r\n");
  const headers = new Headers(lines.map(fieldOf));
  const start = headEnd + HEAD_END.length;
  const size = start + Number(headers.get("content-length") ?? 0);
  if (received.length < size) return null;
  const text = received.subarray(start, size).toString("utf8");
  const json = headers.get("content-type") === "application/json" ? JSON.parse(text) : null;
  return { answer: { status: Number(statusLine.split(" ")[1]), headers, text, json }, size };
}

export function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

export interface RawParts {
  readonly target?: string;
  readonly method?: string;
  readonly version?: string;
  /** Header lines, sent unchanged. No Host header is added. */
  readonly fields?: readonly string[];
  readonly body?: string;
}

/** The text of a request, without any check. */
export function rawRequest({
  target = "/publisher.v1/api-token/list",
  method = "POST",
  version = "HTTP/1.1",
  fields = [],
  body = "",
}: RawParts): string {
  return `${method} ${target} ${version}\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n${body}`;
}

/** One chunk of a chunked body; an empty one ends it. */
export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
