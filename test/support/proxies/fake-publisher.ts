import { createServer, type Server, type Socket } from "node:net";

const HEAD_END = "\r\n\r\n";

type Answers = Readonly<Record<string, (question: string) => string | null>>;

/** Another program on Publisher's port: the token in a question names the answer that it gets. */
export class FakePublisher implements AsyncDisposable {
  /** How often it was asked. */
  questions = 0;
  readonly #server: Server;
  readonly #answers: Answers;
  readonly #sockets = new Set<Socket>();

  private constructor(answers: Answers) {
    this.#answers = answers;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /**
   * Listens on a free port. An answer is written as it is; where it is not whole, the rest never comes. Where it is
   * null, the connection is reset.
   */
  static async start(answers: Answers): Promise<FakePublisher> {
    const fake = new FakePublisher(answers);
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  /** As `127.0.0.1:40000`. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("nothing listens");
    return `127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let received = "";
    socket.on("data", (bytes: Buffer) => {
      received += bytes.toString("latin1");
      const end = received.indexOf(HEAD_END);
      if (end === -1) return;
      const question = received.slice(0, end);
      this.questions += 1;
      received = received.slice(end + HEAD_END.length);
      const [, name = ""] = /^authorization: Bearer (\S+)$/im.exec(question) ?? [];
      const answer = this.#answers[name]?.(question);
      if (answer === null) socket.resetAndDestroy();
      else socket.write(answer ?? "");
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
