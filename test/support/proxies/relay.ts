import { connect, type Socket } from "node:net";
import { LoopbackServer } from "./loopback-server.ts";

/** Stands between a proxy and Publisher, and records the bytes of the proxy. */
export class Relay extends LoopbackServer {
  /** Every byte towards Publisher so far, as Latin-1. */
  sent = "";
  /** The same, connection by connection. */
  readonly sentOn: string[] = [];
  readonly #url: URL;

  /** `url` is Publisher's. */
  constructor(url: string) {
    super();
    this.#url = new URL(url);
  }

  /** The number of connections of the proxy so far. */
  get connections(): number {
    return this.sentOn.length;
  }

  protected serve(near: Socket): void {
    const far = connect(Number(this.#url.port), this.#url.hostname);
    this.track(far);
    const index = this.sentOn.push("") - 1;
    near.on("data", (bytes: Buffer) => {
      this.sent += bytes.toString("latin1");
      this.sentOn[index] += bytes.toString("latin1");
    });
    near.pipe(far).on("error", () => near.destroy());
    far.pipe(near).on("error", () => far.destroy());
  }
}
