import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { Http2Inside } from "./http2-inside.ts";

/** A request as a service got it, header by header. */
export interface Echoed {
  readonly method: string;
  readonly target: string;
  /** In the order and the spelling in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bodyBytes: number;
  /** The fields behind a chunked body, line by line. */
  readonly trailers: readonly string[];
}

const HEAD_END = "\r\n\r\n";

/** A request for this path is answered as every other one; a service may refuse to change the protocol. */
export const NEVER_SWITCHES = "/never-switches";

/**
 * A service that answers every request with what it got, whatever its method, and takes every upgrade: on h2c it
 * speaks HTTP/2, on any other protocol it sends back all bytes that come. It reads HTTP by itself, as any server would
 * leave out what it does not expect.
 */
export class EchoUpstream implements AsyncDisposable {
  /** Every request so far. */
  readonly seen: Echoed[] = [];
  /** What came inside of tunnels. */
  readonly inside = new Http2Inside();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<EchoUpstream> {
    const server = createServer();
    const upstream = new EchoUpstream(server);
    server.on("connection", (socket) => upstream.#serve(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return upstream;
  }

  /** As `127.0.0.1:40000`. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the service does not listen");
    return `127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let received = Buffer.alloc(0);
    const take = (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      for (let next = firstRequest(received); next !== null; next = firstRequest(received)) {
        received = received.subarray(next.size);
        this.seen.push(next.request);
        const protocol = protocolOf(next.request);
        if (protocol === null) {
          socket.write(answerTo(next.request));
          continue;
        }
        socket.removeListener("data", take);
        this.#switch(socket, next.request, protocol, received);
        return;
      }
    };
    socket.on("data", take);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #switch(socket: Socket, request: Echoed, protocol: string, rest: Buffer): void {
    socket.write(switching(request, protocol));
    if (rest.length > 0) socket.unshift(rest);
    if (protocol === "h2c") this.inside.take(socket);
    else socket.on("data", (bytes: Buffer) => socket.write(bytes));
  }
}

/** With which a server says that it understood the key of a handshake. https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
const HANDSHAKE_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function switching({ headers }: Echoed, protocol: string): string {
  const [, key = ""] = headers.find(([name]) => name.toLowerCase() === "sec-websocket-key") ?? [];
  const accept = createHash("sha1")
    .update(key + HANDSHAKE_GUID)
    .digest("base64");
  const fields = ["Connection: Upgrade", `Upgrade: ${protocol}`, `Sec-WebSocket-Accept: ${accept}`];
  return `HTTP/1.1 101 Switching Protocols\r\n${fields.join("\r\n")}\r\n\r\n`;
}

function answerTo(request: Echoed): string {
  const body = JSON.stringify(request);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return request.method === "HEAD" ? head : head + body;
}

/** The protocol to which the service changes: h2c wherever it is offered, else the first; null where there is none. */
function protocolOf({ target, headers }: Echoed): string | null {
  if (target === NEVER_SWITCHES) return null;
  const offered = headers
    .filter(([name]) => name.toLowerCase() === "upgrade")
    .flatMap(([, value]) => value.split(",").map((protocol) => protocol.trim().toLowerCase()));
  return offered.includes("h2c") ? "h2c" : (offered[0] ?? null);
}

/** The first whole request in what was received, and how many bytes it has. */
function firstRequest(received: Buffer): { readonly request: Echoed; readonly size: number } | null {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const [first = "", ...lines] = received.subarray(0, headEnd).toString("latin1").split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const start = headEnd + HEAD_END.length;
  const body = bodyOf(received.subarray(start), headers);
  if (body === null) return null;
  const { bytes: bodyBytes, trailers, size } = body;
  return { request: { method, target, headers, bodyBytes, trailers }, size: start + size };
}

/** How many bytes a body has, what fields follow it, and how many bytes all that takes on the wire. */
interface Body {
  readonly bytes: number;
  readonly trailers: readonly string[];
  readonly size: number;
}

/** The body; null until it is whole. */
function bodyOf(rest: Buffer, headers: Echoed["headers"]): Body | null {
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
