import type { PageFiles } from "../../../src/http/page-file.ts";
import { HttpServer } from "../../../src/server/listening/http-server.ts";
import { TestApi } from "./api.ts";

/** The application of a test behind a real socket on the loopback, served as the executable serves it. */
export class ListeningApi implements AsyncDisposable {
  readonly api: TestApi;
  readonly #listeners = new HttpServer();

  private constructor(api: TestApi) {
    this.api = api;
  }

  static async start(pages: PageFiles | null = null): Promise<ListeningApi> {
    const server = new ListeningApi(await TestApi.start(pages));
    await server.#listeners.open([{ host: "127.0.0.1", port: 0 }], 0o600, server.api.router);
    return server;
  }

  get port(): number {
    const [address] = this.#listeners.addresses;
    return address !== undefined && "port" in address ? address.port : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listeners.stop();
    await this.api[Symbol.asyncDispose]();
  }
}
