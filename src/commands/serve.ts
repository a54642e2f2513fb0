import type { Server } from "bun";
import type { ServeSettings } from "../config.ts";
import { app } from "../http/app.ts";
import { type Log, makeLog, stderrStream } from "../log.ts";
import { PAGE_FILES } from "../page-files.ts";
import { DataDirectory } from "../store/data-directory.ts";
import { ServerLock } from "../store/server-lock.ts";
import { COMMIT, VERSION } from "../version.ts";
import { CommandFailure } from "./command-failure.ts";
import { provideFirstToken } from "./first-token.ts";
import { openOrMakeTokens } from "./open-tokens.ts";
import { greeting, unencryptedWarning } from "./serve-greeting.ts";

/** How long a stopping server finishes what it began. */
const DRAIN_LIMIT_MS = 5000;
const DRAIN_POLL_MS = 10;

/** After that long without a byte a connection is closed; longer than the pauses of a client that works. */
const IDLE_TIMEOUT_SECONDS = 30;

/** Runs the server until SIGTERM or SIGINT. Throws a sentence for the operator if it cannot start. */
export async function serve(settings: ServeSettings): Promise<void> {
  const stream = stderrStream();
  const log = makeLog(settings.logLevel, stream);
  const directory = new DataDirectory(settings.dataDir);
  directory.make();
  const lock = ServerLock.take(directory);
  const { tokens, store, isNew } = openOrMakeTokens(directory, (event) => {
    const { id, action, actor, target } = event;
    log.info(
      { trace_id: actor.traceId, audit_event: id, action, actor: actor.tokenId, target, ip: actor.ip },
      "change",
    );
  });
  const firstToken = await provideFirstToken({ tokens, store, given: settings.firstToken });

  let isStopping = false;
  const server: Server<undefined> = listen(settings, (request) => handler.fetch(request));
  const handler = app({
    tokens,
    log,
    ping: () => store.ping(),
    isStopping: () => isStopping,
    pages: settings.pages ? PAGE_FILES : null,
    addressOf: (request) => server.requestIP(request)?.address ?? null,
  });

  const warnings = [
    unencryptedWarning(settings.host),
    firstToken.warning,
    ...settings.unknownVariables.map((name) => `${name} is not a setting of Publisher, and changes nothing`),
  ].filter((warning) => warning !== null);
  for (const warning of warnings) log.warn(warning);
  log.info(
    { url: server.url.href, store: directory.database, version: VERSION, commit: COMMIT },
    "listening",
  );
  process.stdout.write(
    greeting({
      port: server.port ?? 0,
      host: settings.host,
      pages: settings.pages,
      directory,
      isNew,
      firstToken,
      warnings,
    }),
  );

  const signal = await stopSignal();
  isStopping = true;
  log.info({ signal }, "stopping");
  await drain(server, log);
  store.checkpoint();
  store.close();
  lock.release();
  log.info("stopped");
  stream.flushSync();
}

/**
 * Listens by Bun itself and not by Elysia, whose own listen would hand some routes to Bun's router, past the
 * hooks, and let a second server take the same port. Bodies are limited by the application, whose refusals have
 * the one form of every failure; so Bun's own limit is out of the way.
 */
function listen({ host, port }: ServeSettings, fetch: (request: Request) => Response | Promise<Response>) {
  try {
    return Bun.serve({
      hostname: host,
      port,
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
  const reason = error instanceof Error ? error.message : String(error);
  return `Publisher cannot listen on ${host}, port ${port}: ${reason}.`;
}

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Resolves with the first signal to stop; a second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      for (const name of STOP_SIGNALS) process.off(name, stop);
      resolve(signal);
    };
    for (const name of STOP_SIGNALS) process.on(name, stop);
  });
}

/** Accepts nothing new and waits for what was begun, but not for ever. */
async function drain(server: Server<undefined>, log: Log): Promise<void> {
  void server.stop(false);
  const deadline = performance.now() + DRAIN_LIMIT_MS;
  while (server.pendingRequests > 0 && performance.now() < deadline) await Bun.sleep(DRAIN_POLL_MS);
  if (server.pendingRequests > 0)
    log.warn({ requests: server.pendingRequests }, "stopping in the middle of requests");
  await server.stop(true);
}
