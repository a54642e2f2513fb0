import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";

/** A request as a service got it, header by header. */
export interface Echoed {
  readonly method: string;
  readonly target: string;
  /** In the order and the spelling in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bodyBytes: number;
}

const HEAD_END = "\r\n\r\n";

/**
 * A service that answers every request with what it got, whatever its method, and takes every upgrade: then it sends
 * back all bytes that come. It reads HTTP by itself, as any server would leave out what it does not expect.
 */
export class EchoUpstream implements AsyncDisposable {
  /** Every request so far. */
  readonly seen: Echoed[] = [];
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
    let upgraded = false;
    socket.on("data", (bytes: Buffer) => {
      if (upgraded) {
        socket.write(bytes);
        return;
      }
      received = Buffer.concat([received, bytes]);
      for (let next = firstRequest(received); next !== null; next = firstRequest(received)) {
        received = received.subarray(next.size);
        this.seen.push(next.request);
        upgraded = isUpgrade(next.request);
        socket.write(upgraded ? switching(next.request) : answerTo(next.request));
      }
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

/** With which a server says that it understood the key of a handshake. https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
const HANDSHAKE_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function switching({ headers }: Echoed): string {
  const [, key = ""] = headers.find(([name]) => name.toLowerCase() === "sec-websocket-key") ?? [];
  const accept = createHash("sha1")
    .update(key + HANDSHAKE_GUID)
    .digest("base64");
  const fields = ["Connection: Upgrade", "Upgrade: websocket", `Sec-WebSocket-Accept: ${accept}`];
  return `HTTP/1.1 101 Switching Protocols\r\n${fields.join("\r\n")}\r\n\r\n`;
}

function answerTo(request: Echoed): string {
  const body = JSON.stringify(request);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return request.method === "HEAD" ? head : head + body;
}

function isUpgrade({ headers }: Echoed): boolean {
  return headers.some(([name]) => name.toLowerCase() === "upgrade");
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
  const body = bodyOf(received.subarray(start), new Headers(headers));
  if (body === null) return null;
  return { request: { method, target, headers, bodyBytes: body.bytes }, size: start + body.size };
}

/** How many bytes the body has, and how many it takes on the wire; null until it is whole. */
function bodyOf(rest: Buffer, headers: Headers): { readonly bytes: number; readonly size: number } | null {
  if (headers.get("transfer-encoding") === "chunked") return chunkedBody(rest);
  const bytes = Number(headers.get("content-length") ?? 0);
  return rest.length < bytes ? null : { bytes, size: bytes };
}

function chunkedBody(rest: Buffer): { readonly bytes: number; readonly size: number } | null {
  let bytes = 0;
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf("\r\n", at);
    if (lineEnd === -1) return null;
    const length = Number.parseInt(rest.subarray(at, lineEnd).toString("latin1"), 16);
    at = lineEnd + 2 + length + 2;
    if (rest.length < at) return null;
    if (length === 0) return { bytes, size: at };
    bytes += length;
  }
}
