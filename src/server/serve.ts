import { PAGE_FILES } from "../assets/page-files.ts";
import { app } from "../http/app.ts";
import { ClientAddresses } from "../http/auth/client-address.ts";
import { forwardAuth } from "../http/auth/forward-auth.ts";
import { unavailable } from "../http/errors.ts";
import { RequestLog } from "../http/request-log.ts";
import { type Handlers, router } from "../http/router.ts";
import { makeLog } from "../log/log.ts";
import { LogStream } from "../log/log-stream.ts";
import type { ServeSettings } from "../settings/serve-settings.ts";
import { DataDirectory } from "../store/sqlite/file/data-directory.ts";
import { announce } from "./announcement.ts";
import { BackgroundJobs } from "./background-jobs.ts";
import { refuseInvalidFirstToken } from "./first-token.ts";
import { HttpServer } from "./listening/http-server.ts";
import { stopSignal } from "./process-signals.ts";
import { closeServedStore, openServedStore, type ServedStore } from "./served-store.ts";

const STDERR = 2;

/** Runs the server until a signal stops it. Throws a sentence for the operator if it cannot start. */
export async function serve(settings: ServeSettings): Promise<void> {
  const stream = new LogStream(STDERR);
  const log = makeLog(settings.logLevel, stream);
  const requestLog = new RequestLog({ log, stream, clock: () => performance.now() });
  const directory = new DataDirectory(settings.dataDir);
  if (!directory.holdsStore()) refuseInvalidFirstToken(settings.firstToken);
  const stopped = stopSignal(log);
  const requests = new Requests(settings, requestLog);
  // The addresses come first: where one is taken, nothing is made that would have to be cleared away.
  await requests.listen(settings);
  const opened = await openServedStore(directory, settings, log).catch(async (error: unknown) => {
    await requests.server.stop();
    throw error;
  });
  const jobs = new BackgroundJobs(opened, directory, requests.server, log);
  requests.answerFrom(opened, settings.pages);
  await announce(requests.server.addresses, settings, directory, opened, log);

  const signal = await stopped;
  requests.isStopping = true;
  opened.store.stopScans();
  log.info({ signal }, "stopping");
  jobs.stopConnectionLimit();
  await requests.server.drain(log);
  requestLog.end();
  await jobs.stop();
  const isClosed = closeServedStore(opened, log);
  log.info("stopped");
  await stream.end();
  // At a usual exit Bun closes the database, and SQLite then writes to its files, and removes the -wal file.
  if (!isClosed) process.kill(process.pid, "SIGKILL");
  // A line that nobody reads would keep the process until somebody does.
  process.exit(0);
}

/** The requests of a server. They are refused until there is a store to answer them from. */
class Requests {
  readonly server = new HttpServer();
  isStopping = false;
  readonly #log: RequestLog;
  readonly #clients: ClientAddresses;
  #handlers: Handlers = { forwardAuth: starting, app: starting };

  constructor({ trustedProxies }: ServeSettings, log: RequestLog) {
    this.#log = log;
    this.#clients = new ClientAddresses(trustedProxies);
  }

  async listen({ listen, socketMode }: ServeSettings): Promise<void> {
    const routed = router({
      log: this.#log,
      addressOf: this.#addressOf,
      forwardAuth: (context, audience) => this.#handlers.forwardAuth(context, audience),
      app: (context) => this.#handlers.app(context),
      isStopping: () => this.isStopping,
      connectionOf: (request) => this.server.connectionOf(request),
    });
    await this.server.open(listen, socketMode, routed);
  }

  answerFrom({ tokens, auditTrail, usage, store }: ServedStore, hasPages: boolean): void {
    const { handle } = app({
      authority: { tokens, auditTrail, usage },
      ping: () => store.ping(),
      writeTrouble: () => store.trouble,
      pages: hasPages ? PAGE_FILES : null,
    });
    this.#handlers = { forwardAuth: forwardAuth(tokens), app: handle };
  }

  readonly #addressOf = (request: Request): string | null => {
    const peer = this.server.peerOf(request);
    return peer === null ? null : this.#clients.clientOf(peer, request.headers.get("x-forwarded-for"));
  };
}

/** Answers while the store is not open yet. */
function starting(): never {
  throw unavailable("The server is starting; try again soon");
}
