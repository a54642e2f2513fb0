import { connect, createServer, type Server, type Socket } from "node:net";

/** Stands between a proxy and Publisher, and writes down what the proxy sends. */
export class Relay implements AsyncDisposable {
  /** Every byte towards Publisher so far, as Latin-1. */
  sent = "";
  /** The same, connection by connection. */
  readonly sentOn: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Passes on to where a URL points. */
  static async to(url: string): Promise<Relay> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const relay = new Relay(server);
    server.on("connection", (socket) => relay.#join(socket, connect(Number(port), hostname)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  /** As `127.0.0.1:40000`. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the relay does not listen");
    return `127.0.0.1:${address.port}`;
  }

  /** From now on nobody listens there. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  /** How many connections the proxy has made. */
  get connections(): number {
    return this.sentOn.length;
  }

  #join(near: Socket, far: Socket): void {
    const index = this.sentOn.push("") - 1;
    near.on("data", (bytes: Buffer) => {
      this.sent += bytes.toString("latin1");
      this.sentOn[index] += bytes.toString("latin1");
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => this.#sockets.delete(from));
    }
  }
}
