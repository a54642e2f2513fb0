import { listen } from "../../src/commands/listening.ts";
import type { PageFiles } from "../../src/http/page-file.ts";
import { TestApi } from "./api.ts";

/** The application of a test behind a real socket on the loopback, served as the executable serves it. */
export class ListeningApi implements AsyncDisposable {
  readonly api: TestApi;
  readonly #server: Bun.Server<undefined>;

  private constructor(api: TestApi) {
    this.api = api;
    this.#server = listen({ host: "127.0.0.1", port: 0 }, api.router);
  }

  static async start(pages: PageFiles | null = null): Promise<ListeningApi> {
    return new ListeningApi(await TestApi.start(pages));
  }

  get port(): number {
    return this.#server.port ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
    await this.api[Symbol.asyncDispose]();
  }
}
