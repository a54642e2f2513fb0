/** A reverse proxy that passes on requests below a path prefix, without the prefix, as `location /tokens/ { proxy_pass …/; }` does. */
export class PrefixProxy implements AsyncDisposable {
  /** The path of each request that was not below the prefix. */
  readonly strays: string[] = [];
  readonly #server: Bun.Server<undefined>;

  /** `prefix` begins and ends with a slash; `target` is an origin. */
  constructor(prefix: string, target: string) {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        const { pathname, search } = new URL(request.url);
        if (!pathname.startsWith(prefix)) {
          this.strays.push(pathname);
          return new Response("Not Found", { status: 404 });
        }
        const url = `${target}/${pathname.slice(prefix.length)}${search}`;
        const { method, headers } = request;
        return await fetch(url, {
          method,
          headers,
          body: request.body,
          redirect: "manual",
          decompress: false,
        });
      },
    });
  }

  get origin(): string {
    return this.#server.url.origin;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
