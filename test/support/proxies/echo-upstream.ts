import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { Http2Inside } from "./http2-inside.ts";
import { type Answering, RawServer, type SeenRequest } from "./raw-server.ts";

/** On this path the service does not change the protocol. */
export const NEVER_SWITCHES = "/never-switches";

/**
 * A service that answers each request with the request as JSON, and takes every upgrade: on h2c it speaks HTTP/2, on
 * any other protocol it sends back all bytes.
 */
export class EchoUpstream extends RawServer {
  /** The requests inside of tunnels. */
  readonly inside = new Http2Inside();

  protected answer(request: SeenRequest): Answering {
    const protocol = protocolOf(request);
    if (protocol === null) return echoed(request);
    return (socket: Socket, rest: Buffer) => {
      socket.write(switching(request, protocol));
      if (rest.length > 0) socket.unshift(rest);
      if (protocol === "h2c") this.inside.take(socket);
      else socket.on("data", (bytes: Buffer) => socket.write(bytes));
    };
  }
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
const HANDSHAKE_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function switching({ headers }: SeenRequest, protocol: string): string {
  const [, key = ""] = headers.find(([name]) => name.toLowerCase() === "sec-websocket-key") ?? [];
  const accept = createHash("sha1")
    .update(key + HANDSHAKE_GUID)
    .digest("base64");
  const fields = ["Connection: Upgrade", `Upgrade: ${protocol}`, `Sec-WebSocket-Accept: ${accept}`];
  return `HTTP/1.1 101 Switching Protocols\r\n${fields.join("\r\n")}\r\n\r\n`;
}

function echoed(request: SeenRequest): string {
  const body = JSON.stringify(request);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return request.method === "HEAD" ? head : head + body;
}

/** Returns h2c if it is offered, else the first protocol; null without an offer. */
function protocolOf({ target, headers }: SeenRequest): string | null {
  if (target === NEVER_SWITCHES) return null;
  const offered = headers
    .filter(([name]) => name.toLowerCase() === "upgrade")
    .flatMap(([, value]) => value.split(",").map((protocol) => protocol.trim().toLowerCase()));
  return offered.includes("h2c") ? "h2c" : (offered[0] ?? null);
}
