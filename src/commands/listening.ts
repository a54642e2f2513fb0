import { chmodSync } from "node:fs";
import type { Server } from "bun";
import { UNIX_PEER } from "../http/client-address.ts";
import type { RoutedRequest, router } from "../http/router.ts";
import type { ListenAddress, SocketAddress, TcpAddress } from "../listen-addresses.ts";
import type { Log } from "../log.ts";
import { CommandFailure } from "./command-failure.ts";
import { portSentence } from "./port-sentence.ts";
import { removeStaleSocket, socketSentence } from "./unix-socket.ts";

/** How long a stopping server finishes what it began. */
const DRAIN_LIMIT_MS = 5000;
const DRAIN_POLL_MS = 10;

/** After that long without a byte a connection is closed; longer than the pauses of a client that works. */
const IDLE_TIMEOUT_SECONDS = 30;

export type Handlers = Pick<ReturnType<typeof router>, "routes" | "fetch">;

/**
 * What Bun is told of every address. It listens by Bun itself and not by Elysia, whose own listen would hand some
 * routes to Bun's router, past the hooks, and let a second server take the same port. Bodies are limited by the
 * application, whose refusals have the one form of every failure; so Bun's own limit is out of the way.
 */
const OPTIONS = {
  development: false,
  reusePort: false,
  idleTimeout: IDLE_TIMEOUT_SECONDS,
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
} as const;

/** The same for a socket, of which the types of Bun do not know that it can be idle too. */
const SOCKET_OPTIONS: Pick<typeof OPTIONS, "development" | "maxRequestBodySize"> = OPTIONS;

/** Every address that the server listens on, with one application behind all of them. */
export class Listeners {
  readonly #servers: Server<undefined>[] = [];
  readonly #addresses: ListenAddress[] = [];
  #tcp: Server<undefined> | null = null;
  readonly #byUnixSocket = new WeakSet<Request>();
  /** Listens again as it was told to at first; null before that. */
  #again: ((addresses: readonly ListenAddress[]) => Promise<void>) | null = null;
  #isEnding = false;

  /** Listens on each; a socket gets that mode. Throws a CommandFailure where one is not to be had, and listens on none. */
  async open(addresses: readonly ListenAddress[], mode: number, handlers: Handlers): Promise<void> {
    this.#again = (same) => this.open(same, mode, handlers);
    try {
      for (const address of addresses) {
        if ("path" in address) await this.#openSocket(address, mode, handlers);
        else await this.#openPort(address, handlers);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Where it listens, with the port that was taken where any was asked for. */
  get addresses(): readonly ListenAddress[] {
    return this.#addresses;
  }

  /** The address of the other side, or UNIX_PEER; null where it is gone already. */
  peerOf(request: Request): string | null {
    const address = this.#tcp?.requestIP(request)?.address;
    return address ?? (this.#byUnixSocket.has(request) ? UNIX_PEER : null);
  }

  /** Accepts nothing new and waits for what was begun, but not for ever. */
  async drain(log: Log): Promise<void> {
    this.#isEnding = true;
    await this.#finish();
    if (this.#pendingRequests > 0)
      log.warn({ requests: this.#pendingRequests }, "stopping in the middle of requests");
    await this.stop();
  }

  /** Ends the connections that wait for a request, of which there was one before. */
  closeIdle(): void {
    for (const server of this.#servers) server.closeIdleConnections();
  }

  /**
   * Finishes what was begun, ends every connection and listens anew, unless all of it ends. Throws a CommandFailure
   * where an address is taken meanwhile; then it listens on none, and may be called again.
   */
  async renew(): Promise<void> {
    const addresses = [...this.#addresses];
    await this.#finish();
    await this.stop();
    this.#servers.length = 0;
    if (this.#isEnding) return;
    this.#addresses.length = 0;
    await this.#again?.(addresses).catch((error: unknown) => {
      this.#servers.length = 0;
      this.#addresses.splice(0, addresses.length, ...addresses);
      throw error;
    });
  }

  async #finish(): Promise<void> {
    for (const server of this.#servers) void server.stop(false);
    const deadline = performance.now() + DRAIN_LIMIT_MS;
    while (this.#pendingRequests > 0 && performance.now() < deadline) await Bun.sleep(DRAIN_POLL_MS);
  }

  /** Ends every connection at once, and removes the sockets. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop(true)));
  }

  get #pendingRequests(): number {
    return this.#servers.reduce((sum, { pendingRequests }) => sum + pendingRequests, 0);
  }

  async #openPort({ host, port }: TcpAddress, handlers: Handlers): Promise<void> {
    try {
      const server = Bun.serve({ ...OPTIONS, ...handlers, hostname: host, port });
      this.#tcp = server;
      this.#servers.push(server);
      this.#addresses.push({ host, port: server.port ?? port });
    } catch (error) {
      throw new CommandFailure(await portSentence({ host, port }, error), { cause: error });
    }
  }

  /** The process makes files for its owner alone, so nobody else gets in before the mode is set. */
  async #openSocket({ path }: SocketAddress, mode: number, { routes, fetch }: Handlers): Promise<void> {
    const marked = <Routed extends Request>(handle: (request: Routed) => Response | Promise<Response>) => {
      return (request: Routed) => {
        this.#byUnixSocket.add(request);
        return handle(request);
      };
    };
    const markedRoutes = Object.entries(routes).map(
      ([route, handle]) => [route, marked<RoutedRequest>(handle)] as const,
    );
    try {
      await removeStaleSocket(path);
      const behind = { routes: Object.fromEntries(markedRoutes), fetch: marked(fetch) };
      this.#servers.push(Bun.serve({ ...SOCKET_OPTIONS, ...behind, unix: path }));
      chmodSync(path, mode);
      this.#addresses.push({ path });
    } catch (error) {
      if (error instanceof CommandFailure) throw error;
      throw new CommandFailure(socketSentence(path, error), { cause: error });
    }
  }
}
