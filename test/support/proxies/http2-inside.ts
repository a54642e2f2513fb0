import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createServer,
  type ServerHttp2Stream,
} from "node:http2";
import { connect, type Socket } from "node:net";
import { HEAD_END } from "../http/exchange.ts";
import { PATIENCE_MS } from "../patience.ts";

/** Answers every request on a connection that changed to HTTP/2 with 200. */
export class Http2Inside {
  /** Every request inside so far, as `POST /admin/delete-all`. */
  readonly seen: string[] = [];
  readonly #server = createServer();

  constructor() {
    this.#server.on("stream", (stream: ServerHttp2Stream, headers) => {
      this.seen.push(`${headers[":method"]} ${headers[":path"]}`);
      stream.respond({ ":status": 200 });
      stream.end("done");
    });
    // A client that speaks another protocol ends its own connection and nothing else.
    this.#server.on("sessionError", () => undefined);
  }

  /** Speaks HTTP/2 on a connection from now on. */
  take(socket: Socket): void {
    this.#server.emit("connection", socket);
  }
}

export interface Switched {
  readonly status: number;
  /** The status of a POST inside the tunnel; null where there is no HTTP/2. */
  readonly inside: number | null;
}

/** Sends a GET with these headers, and on a 101 speaks HTTP/2: inside it sends a POST with forged headers. */
export async function switchToHttp2(port: number, fields: readonly string[]): Promise<Switched> {
  const socket = connect(port, "127.0.0.1");
  try {
    socket.write(`GET /page HTTP/1.1\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`);
    const { status, rest } = await readHead(socket);
    if (status !== 101) return { status, inside: null };
    if (rest.length > 0) socket.unshift(rest);
    return { status, inside: await postInside(socket) };
  } finally {
    socket.destroy();
  }
}

/** Reads the first status and the bytes behind the headers. */
async function readHead(socket: Socket): Promise<{ readonly status: number; readonly rest: Buffer }> {
  return await new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const take = (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      const end = received.indexOf(HEAD_END);
      if (end === -1) return;
      socket.removeListener("data", take);
      socket.pause();
      const status = Number(received.toString("latin1").split(" ", 2)[1]);
      resolve({ status, rest: received.subarray(end + HEAD_END.length) });
    };
    socket.on("data", take);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the connection was closed without an answer")));
  });
}

async function postInside(socket: Socket): Promise<number | null> {
  const session = connectHttp2("http://wiki.example", { createConnection: () => socket });
  try {
    return await statusOfPost(session);
  } finally {
    session.destroy();
  }
}

async function statusOfPost(session: ClientHttp2Session): Promise<number | null> {
  return await new Promise((resolve) => {
    const none = () => resolve(null);
    session.on("error", none).on("close", none);
    session.setTimeout(PATIENCE_MS, none);
    const request = session.request({
      ":method": "POST",
      ":path": "/admin/delete-all",
      "publisher-access": "write",
      "publisher-token-id": "atok_0",
    });
    request.on("error", none).on("close", none);
    request.on("response", (headers) => resolve(Number(headers[":status"])));
    request.end();
  });
}
