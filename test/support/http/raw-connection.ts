import type { Socket } from "bun";
import { fieldOf, HEAD_END } from "./exchange.ts";

/** An answer of a connection. It parses its headers on demand, because most tests do not read them. */
export class RawAnswer {
  readonly status: number;
  readonly body: string;
  readonly #head: string;

  constructor(head: string, body: string) {
    this.status = Number(head.split(" ", 2)[1]);
    this.body = body;
    this.#head = head;
  }

  /** By names in lower case. */
  get headers(): ReadonlyMap<string, string> {
    return new Map(
      this.#head
        .split("\r\n")
        .slice(1)
        .map(fieldOf)
        .map(([name, value]) => [name.toLowerCase(), value]),
    );
  }
}

interface Waiting {
  readonly resolve: (answer: RawAnswer) => void;
  readonly reject: (error: Error) => void;
}

const CONTENT_LENGTH = /^content-length: *(\d+)/im;

/** Cuts the bytes of a connection into answers. */
class Answers {
  readonly #waiting: Waiting[] = [];
  #received = "";
  #fault: Error | null = null;

  async next(): Promise<RawAnswer> {
    const answer = this.#cut();
    if (answer !== null) return answer;
    if (this.#fault !== null) throw this.#fault;
    return await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  take(text: string): void {
    this.#received += text;
    while (this.#waiting.length > 0) {
      const answer = this.#cut();
      if (answer === null) return;
      this.#waiting.shift()?.resolve(answer);
    }
  }

  end(fault: Error): void {
    this.#fault ??= fault;
    for (const { reject } of this.#waiting.splice(0)) reject(fault);
  }

  /** Takes the next whole answer, or returns null. */
  #cut(): RawAnswer | null {
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd === -1) return null;
    const head = this.#received.slice(0, headEnd);
    const bodyStart = headEnd + HEAD_END.length;
    const bodyEnd = bodyStart + Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0);
    if (this.#received.length < bodyEnd) return null;
    const body = Buffer.from(this.#received.slice(bodyStart, bodyEnd), "latin1").toString("utf8");
    this.#received = this.#received.slice(bodyEnd);
    return new RawAnswer(head, body);
  }
}

/** A connection for requests in any form. It reads one HTTP/1.1 answer after the other. */
export class RawConnection implements Disposable {
  /** Resolves once either side has closed the connection. */
  readonly closed: Promise<void>;
  readonly #socket: Socket<undefined>;
  readonly #answers: Answers;

  private constructor(socket: Socket<undefined>, answers: Answers, closed: Promise<void>) {
    this.#socket = socket;
    this.#answers = answers;
    this.closed = closed;
  }

  /** Connects to a URL such as `http://127.0.0.1:8080` or `unix:/path`. Rejects if no server listens. */
  static async open(url: string): Promise<RawConnection> {
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const answers = new Answers();
    const options = {
      data: undefined,
      socket: {
        binaryType: "buffer",
        data: (_: unknown, bytes: Buffer) => answers.take(bytes.toString("latin1")),
        error: (_: unknown, error: Error) => answers.end(error),
        close: () => {
          answers.end(new Error("the connection was closed"));
          close();
        },
      },
    } as const;
    const { protocol, hostname, port, pathname } = new URL(url);
    const socket =
      protocol === "unix:"
        ? await Bun.connect<undefined>({ ...options, unix: decodeURIComponent(pathname) })
        : await Bun.connect<undefined>({ ...options, hostname, port: Number(port) });
    return new RawConnection(socket, answers, closed);
  }

  /** Writes text without reading an answer. */
  send(text: string): void {
    this.#socket.write(text);
    this.#socket.flush();
  }

  /** Reads the next answer. Rejects if the connection is closed before its end. */
  async answer(): Promise<RawAnswer> {
    return await this.#answers.next();
  }

  /** Sends a whole request and returns its answer. */
  async ask(request: string): Promise<RawAnswer> {
    this.send(request);
    return await this.answer();
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}

/** A request for an endpoint by its short name, which leaves the connection open. */
export function rawRequest(endpoint: string, token: string, body: unknown = {}): string {
  const text = JSON.stringify(body);
  return [
    `POST /publisher.v1/${endpoint} HTTP/1.1`,
    "Host: publisher.test",
    `Authorization: Bearer ${token}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "",
    text,
  ].join("\r\n");
}
