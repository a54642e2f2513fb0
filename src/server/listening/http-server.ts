import { UNIX_PEER } from "../../http/auth/client-address.ts";
import type { RoutedRequest } from "../../http/router.ts";
import type { Log } from "../../log/log.ts";
import type { ListenAddress } from "../../settings/listen-addresses.ts";
import type { Handlers, Listener } from "./listener.ts";
import { PortListener } from "./port-listener.ts";
import { SocketListener } from "./socket-listener.ts";
import { CROWDED_DRAIN_LIMIT_MS, DRAIN_LIMIT_MS } from "./timeouts.ts";

const DRAIN_POLL_MS = 10;

/** Every address that the server listens on, with one application behind all of them. */
export class HttpServer {
  #current: Listener[] = [];
  /** Those that others took over from. They accept nothing new, and answer their open requests. */
  #old: Listener[] = [];
  readonly #byUnixSocket = new WeakSet<Request>();
  #isEnding = false;

  /** Listens on each; a socket gets that mode. Throws a CommandFailure where one is not to be had, and listens on none. */
  async open(addresses: readonly ListenAddress[], mode: number, handlers: Handlers): Promise<void> {
    try {
      for (const address of addresses) {
        if ("path" in address)
          this.#current.push(await SocketListener.open(address, mode, this.#marked(handlers)));
        else this.#current.push(await PortListener.open(address, handlers));
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Where it listens, with the port that was taken where any was asked for. */
  get addresses(): readonly ListenAddress[] {
    return this.#current.map(({ address }) => address);
  }

  /** The address of the other side, or UNIX_PEER; null where it is gone already. */
  peerOf(request: Request): string | null {
    if (this.#byUnixSocket.has(request)) return UNIX_PEER;
    // Any server with a port knows it for the requests of all, also of those that ended.
    const byPort = this.#current.find(({ address }) => "port" in address);
    return byPort?.server.requestIP(request)?.address ?? null;
  }

  /** The unique name of the connection of a request; null where it came by a Unix socket. */
  connectionOf(request: Request): string | null {
    const byPort = this.#current.find(({ address }) => "port" in address);
    const peer = byPort?.server.requestIP(request);
    return peer ? `${peer.address} ${peer.port}` : null;
  }

  /** Accepts nothing new and waits for open requests, but not for ever. */
  async drain(log: Log): Promise<void> {
    this.#isEnding = true;
    const ending = this.#all;
    for (const listener of this.#current) listener.close();
    await finish(ending);
    const requests = pendingRequests(ending);
    if (requests > 0) log.warn({ requests }, "stopping in the middle of requests");
    await this.stop();
  }

  /** Ends the connections that wait for a request, of which there was one before. */
  closeIdle(): void {
    for (const { server } of this.#all) server.closeIdleConnections();
  }

  /**
   * Listens anew, answers the requests of before and ends every connection of before, unless all of it ends. New
   * requests are answered all the while; where there is no room for them, little time is left to finish. Throws where
   * an address cannot be listened on anew; there everything goes on as before, and this may be called again.
   */
  async renew(hasRoom: () => boolean): Promise<void> {
    if (this.#isEnding) return;
    const failures = this.#takeOver();
    const ending = this.#old;
    await finish(ending, hasRoom);
    await end(ending);
    this.#old = [];
    if (failures.length > 0) throw failures[0];
  }

  /** Ends every connection at once, and removes the sockets. */
  async stop(): Promise<void> {
    for (const listener of this.#current) listener.close();
    await end(this.#all);
  }

  get #all(): readonly Listener[] {
    return [...this.#current, ...this.#old];
  }

  /** Takes place at once, so that nothing is accepted in between. Returns the errors. */
  #takeOver(): readonly unknown[] {
    const failures: unknown[] = [];
    this.#current = this.#current.map((before) => {
      try {
        const next = before.takeOver();
        before.close();
        this.#old.push(before);
        return next;
      } catch (error) {
        failures.push(error);
        return before;
      }
    });
    return failures;
  }

  /** Remembers which requests come by a socket. */
  #marked({ routes, fetch }: Handlers): Handlers {
    const marked = <Routed extends Request>(handle: (request: Routed) => Response | Promise<Response>) => {
      return (request: Routed) => {
        this.#byUnixSocket.add(request);
        return handle(request);
      };
    };
    const markedRoutes = Object.entries(routes).map(
      ([route, handle]) => [route, marked<RoutedRequest>(handle)] as const,
    );
    return { routes: Object.fromEntries(markedRoutes), fetch: marked(fetch) };
  }
}

/** Waits until no request is pending: 5 seconds at most, and less if there is no room for new connections. */
async function finish(listeners: readonly Listener[], hasRoom = () => true): Promise<void> {
  const start = performance.now();
  while (pendingRequests(listeners) > 0) {
    const limit = hasRoom() ? DRAIN_LIMIT_MS : CROWDED_DRAIN_LIMIT_MS;
    if (performance.now() - start >= limit) return;
    await Bun.sleep(DRAIN_POLL_MS);
  }
}

async function end(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map(({ server }) => server.stop(true)));
}

function pendingRequests(listeners: readonly Listener[]): number {
  return listeners.reduce((sum, { server }) => sum + server.pendingRequests, 0);
}
