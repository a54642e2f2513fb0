import type { Server } from "bun";
import type { router } from "../http/router.ts";
import type { Log } from "../log.ts";
import { reasonOf } from "../store/reason.ts";
import { CommandFailure } from "./command-failure.ts";

/** How long a stopping server finishes what it began. */
const DRAIN_LIMIT_MS = 5000;
const DRAIN_POLL_MS = 10;

/** After that long without a byte a connection is closed; longer than the pauses of a client that works. */
const IDLE_TIMEOUT_SECONDS = 30;

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: "the address is not available on this machine",
  EINVAL: "the name has no address here",
  ENOENT: "the name has no address here",
};

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Listens by Bun itself and not by Elysia, whose own listen would hand some routes to Bun's router, past the
 * hooks, and let a second server take the same port. Bodies are limited by the application, whose refusals have
 * the one form of every failure; so Bun's own limit is out of the way.
 */
export function listen({ host, port }: Address, { routes, fetch }: ReturnType<typeof router>) {
  try {
    return Bun.serve({
      hostname: host,
      port,
      routes,
      fetch,
      development: false,
      reusePort: false,
      idleTimeout: IDLE_TIMEOUT_SECONDS,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    });
  } catch (error) {
    throw new CommandFailure(listenSentence(host, port, error), { cause: error });
  }
}

function listenSentence(host: string, port: number, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "EADDRINUSE") {
    return `Port ${port} on ${host} is in use by another program. Stop that one, or choose another with --port.`;
  }
  if (code === "EACCES")
    return `Port ${port} may not be used by this user. Choose one above 1023 with --port.`;
  return `Publisher cannot listen on ${host}, port ${port}: ${LISTEN_REASONS[String(code)] ?? reasonOf(error)}.`;
}

/** Accepts nothing new and waits for what was begun, but not for ever. */
export async function drain(server: Server<undefined>, log: Log): Promise<void> {
  void server.stop(false);
  const deadline = performance.now() + DRAIN_LIMIT_MS;
  while (server.pendingRequests > 0 && performance.now() < deadline) await Bun.sleep(DRAIN_POLL_MS);
  if (server.pendingRequests > 0)
    log.warn({ requests: server.pendingRequests }, "stopping in the middle of requests");
  await server.stop(true);
}
