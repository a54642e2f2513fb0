import type { Socket } from "node:net";
import { fieldOf, HEAD_END } from "../http/exchange.ts";
import { LoopbackServer } from "./loopback-server.ts";

/** A request as a server got it, header by header. */
export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  /** In their order and spelling. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bodyBytes: number;
  /** The fields behind a chunked body, line by line. */
  readonly trailers: readonly string[];
}

/** Text is written unchanged, null resets the connection, and a function takes the connection over. */
export type Answering = string | null | ((socket: Socket, rest: Buffer) => void);

/** Reads HTTP without a library, which would leave out unusual parts of a request. */
export abstract class RawServer extends LoopbackServer {
  /** Every request so far. */
  readonly seen: SeenRequest[] = [];

  protected abstract answer(request: SeenRequest): Answering;

  protected serve(socket: Socket): void {
    let received = Buffer.alloc(0);
    const take = (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      for (let next = firstRequest(received); next !== null; next = firstRequest(received)) {
        received = received.subarray(next.size);
        this.seen.push(next.request);
        const answer = this.answer(next.request);
        if (typeof answer === "string") {
          socket.write(answer);
          continue;
        }
        socket.removeListener("data", take);
        if (answer === null) socket.resetAndDestroy();
        else answer(socket, received);
        return;
      }
    };
    socket.on("data", take);
  }
}

/** Returns the first whole request with its size in bytes, and null if it is not complete. */
function firstRequest(received: Buffer): { readonly request: SeenRequest; readonly size: number } | null {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const [first = "", ...lines] = received.subarray(0, headEnd).toString("latin1").split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers = lines.map(fieldOf);
  const start = headEnd + HEAD_END.length;
  const body = bodyOf(received.subarray(start), headers);
  if (body === null) return null;
  const { bytes: bodyBytes, trailers, size } = body;
  return { request: { method, target, headers, bodyBytes, trailers }, size: start + size };
}

interface Body {
  readonly bytes: number;
  readonly trailers: readonly string[];
  /** The bytes on the wire, with framing and trailers. */
  readonly size: number;
}

/** Returns null until the body is whole. */
function bodyOf(rest: Buffer, headers: SeenRequest["headers"]): Body | null {
  const value = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  if (value("transfer-encoding") === "chunked") return chunkedBody(rest);
  const bytes = Number(value("content-length") ?? 0);
  return rest.length < bytes ? null : { bytes, trailers: [], size: bytes };
}

function chunkedBody(rest: Buffer): Body | null {
  let bytes = 0;
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf("\r\n", at);
    if (lineEnd === -1) return null;
    const length = Number.parseInt(rest.subarray(at, lineEnd).toString("latin1"), 16);
    if (length === 0) return lastChunk(rest, at, bytes);
    at = lineEnd + 2 + length + 2;
    if (rest.length < at) return null;
    bytes += length;
  }
}

/** The end of a chunked body: `0`, trailers if any, and an empty line. */
function lastChunk(rest: Buffer, at: number, bytes: number): Body | null {
  const end = rest.indexOf(HEAD_END, at);
  if (end === -1) return null;
  const [, ...trailers] = rest.subarray(at, end).toString("latin1").split("\r\n");
  return { bytes, trailers, size: end + HEAD_END.length };
}
