import { PAGE_FILES } from "../assets/page-files.ts";
import { app } from "../http/app.ts";
import { TrustedProxies } from "../http/auth/client-address.ts";
import { forwardAuth } from "../http/auth/forward-auth.ts";
import { unavailable } from "../http/errors.ts";
import { RequestLog } from "../http/request-log.ts";
import { type RouterParts, router } from "../http/router.ts";
import { traced } from "../http/trace.ts";
import { type Log, makeLog } from "../log/log.ts";
import { LogStream } from "../log/log-stream.ts";
import type { ServeSettings } from "../settings/config.ts";
import type { ListenAddress } from "../settings/listen-addresses.ts";
import { completeReplacement } from "../store/sqlite/backup/store-replacement.ts";
import { DataDirectory } from "../store/sqlite/file/data-directory.ts";
import { refuseMissingDatabase } from "../store/sqlite/file/missing-database.ts";
import { ServerLock, STOP_TO_UPGRADE } from "../store/sqlite/file/server-lock.ts";
import { storeId } from "../store/sqlite/file/store-state.ts";
import { removeWorkingDirectories } from "../store/sqlite/file/working-directory.ts";
import { checkAtStart, type StartCheck } from "../store/sqlite/inspect/start-check.ts";
import { accessWarnings, refuseOwnersForRoot } from "../store/sqlite/owner/file-owners.ts";
import { RevocationLog, refuseLogOfLostStore } from "../store/sqlite/revocation-log/revocation-log.ts";
import { SCHEMA_VERSION } from "../store/sqlite/schema.ts";
import type { SqliteTokenStore } from "../store/sqlite/sqlite-token-store.ts";
import { print } from "../terminal/print.ts";
import { COMMIT, VERSION } from "../version.ts";
import { BackgroundCheck } from "./background-check.ts";
import { type FirstToken, provideFirstToken, refuseUnfit } from "./first-token.ts";
import { ConnectionLimit } from "./listening/connection-limit.ts";
import { Listeners } from "./listening/listeners.ts";
import { OpenFiles } from "./listening/open-files.ts";
import { sharedDirectoryWarning } from "./listening/unix-socket.ts";
import { migrationSentence, type OpenTokens, openOrMakeTokens } from "./open-tokens.ts";
import { stopSignal } from "./process-signals.ts";
import { ReuseWarnings } from "./reuse-warnings.ts";
import { RevocationLogging } from "./revocation-logging.ts";
import { startupBanner, unencryptedWarning, urlOf } from "./startup-banner.ts";
import { changesWarning, StoreRecovery } from "./store-recovery.ts";
import { UsageFlushing } from "./usage-flushing.ts";
import { WalTidying } from "./wal-tidying.ts";

const STDERR = 2;

/** Runs the server until a signal stops it. Throws a sentence for the operator if it cannot start. */
export async function serve(settings: ServeSettings): Promise<void> {
  const stream = new LogStream(STDERR);
  const log = makeLog(settings.logLevel, stream);
  const requestLog = new RequestLog(log, () => performance.now());
  const directory = new DataDirectory(settings.dataDir);
  if (!directory.holdsStore()) refuseUnfit(settings.firstToken);
  const proxies = new TrustedProxies(settings.trustedProxies);
  const listeners = new Listeners();
  const addressOf = (request: Request): string | null => {
    const peer = listeners.peerOf(request);
    return peer === null ? null : proxies.clientOf(peer, request.headers.get("x-forwarded-for"));
  };
  const trace = traced({ log: requestLog, addressOf });
  const notYet = (request: Request) => trace(starting, request)();
  let handlers: Pick<RouterParts, "forwardAuth" | "fetch"> = { forwardAuth: notYet, fetch: notYet };
  const routed = router({
    log: requestLog,
    addressOf,
    forwardAuth: (request, audience) => handlers.forwardAuth(request, audience),
    fetch: (request) => handlers.fetch(request),
    connectionOf: (request) => listeners.connectionOf(request),
  });
  const stopped = stopSignal(log);
  // The addresses come first: where one is taken, nothing is made that would have to be cleared away.
  await listeners.open(settings.listen, settings.socketMode, routed);
  const opened = await open(directory, settings, log).catch(async (error: unknown) => {
    await listeners.stop();
    throw error;
  });

  const { tokens, auditTrail, usage, store, lock, checked, revocations } = opened;
  const check = checked.isWhole
    ? null
    : BackgroundCheck.start({ directory, log, onDamage: () => store.markDamaged() });
  const files = OpenFiles.ofThisProcess();
  const limit = files && new ConnectionLimit({ listeners, files, log, clock: () => performance.now() });
  const flushing = new UsageFlushing(usage, log);
  const walTidying = new WalTidying(store, log);
  const recovery = new StoreRecovery({ store, tokens }, log);
  let stopping = false;
  const isStopping = () => stopping;
  const { fetch } = app({
    authority: { tokens, auditTrail, usage },
    log: requestLog,
    ping: () => store.ping(),
    writeTrouble: () => store.trouble,
    isStopping,
    pages: settings.pages ? PAGE_FILES : null,
    addressOf,
  });
  handlers = { forwardAuth: forwardAuth({ tokens, isStopping, log: requestLog, addressOf }), fetch };
  await announce(listeners.addresses, settings, directory, opened, log);

  const signal = await stopped;
  stopping = true;
  store.stopScans();
  log.info({ signal }, "stopping");
  limit?.stop();
  await listeners.drain(log);
  requestLog.end();
  walTidying.stop();
  await recovery.stop();
  await flushing.stop();
  check?.stop();
  revocations?.stop();
  const toLeave = reasonToLeave(store);
  if (toLeave === null) close(store, log);
  else log.error(toLeave);
  lock.release();
  log.info("stopped");
  await stream.end();
  // At a usual exit Bun closes the database, and SQLite then writes to its files, and removes the -wal file.
  if (toLeave !== null) process.kill(process.pid, "SIGKILL");
  // A line that nobody reads would keep the process until somebody does.
  process.exit(0);
}

/** Answers while the store is not open yet. */
function starting(): never {
  throw unavailable("The server is starting; try again soon");
}

interface Opened extends OpenTokens {
  readonly lock: ServerLock;
  readonly firstToken: FirstToken;
  readonly checked: StartCheck;
  readonly revocations: RevocationLogging | null;
}

async function open(directory: DataDirectory, settings: ServeSettings, log: Log): Promise<Opened> {
  completeReplacement(directory);
  // What is not Publisher's is left alone, before anything is written beside it.
  refuseMissingDatabase(directory);
  if (!directory.holdsStore()) refuseLogOfLostStore(settings.revocationLog);
  const checked = checkAtStart(directory);
  directory.make();
  refuseOwnersForRoot(directory);
  const lock = ServerLock.take(directory, checked.schema < SCHEMA_VERSION ? STOP_TO_UPGRADE : undefined);
  removeWorkingDirectories(directory);
  const warnings = new ReuseWarnings(log, () => performance.now());
  let revocations: RevocationLogging | null = null;
  const opened = openOrMakeTokens(directory, lock, {
    keepsRevocations: true,
    onChange: (event) => {
      revocations?.take(event);
      const { id, action, actor, target } = event;
      const { tokenId, traceId, requestId, ip } = actor;
      log.info(
        { trace_id: traceId, request_id: requestId, audit_event: id, action, actor: tokenId, target, ip },
        "change",
      );
    },
    onReuse: (reuse) => warnings.warn(reuse),
  });
  lock.nameHolder();
  const { tokens, store } = opened;
  revocations = revocationLogging(settings, store, log);
  return {
    ...opened,
    lock,
    checked,
    revocations,
    firstToken: await provideFirstToken({ tokens, store, given: settings.firstToken }),
  };
}

function revocationLogging({ revocationLog: path }: ServeSettings, store: SqliteTokenStore, log: Log) {
  if (path === null) return null;
  const file = new RevocationLog(path, store.auditTrail, storeId(store.cursorKey));
  return new RevocationLogging({ file, log, clock: () => performance.now() });
}

/** Tells the log, and whoever looks at the terminal, that the server is there and what to mind. */
async function announce(
  addresses: readonly ListenAddress[],
  settings: ServeSettings,
  directory: DataDirectory,
  { isNew, firstToken, store, revocations }: Opened,
  log: Log,
): Promise<void> {
  const warnings = [
    await changesWarning(store),
    revocations?.warning ?? null,
    ...addresses.map(addressWarning),
    firstToken.warning,
    ...accessWarnings(directory),
    ...settings.environmentWarnings,
  ].filter((warning) => warning !== null);
  for (const warning of warnings) log.warn(warning);
  const { database } = directory;
  const migration = store.migration && migrationSentence(store.migration);
  if (migration !== null)
    log.info({ ...store.migration, to: SCHEMA_VERSION }, "the store was brought to a newer schema");
  for (const address of addresses)
    log.info({ url: urlOf(address), store: database, version: VERSION, commit: COMMIT }, "listening");
  const { pages } = settings;
  const text = startupBanner({ addresses, pages, directory, isNew, migration, firstToken, warnings });
  // A server works as well where nobody can see its startupBanner.
  await print(text).catch((error: unknown) => log.debug({ error }, "the startupBanner cannot be written"));
}

/** What an operator must know who listens there; null where that is nothing. */
function addressWarning(address: ListenAddress): string | null {
  return "path" in address ? sharedDirectoryWarning(address.path) : unencryptedWarning(address.host);
}

/** Why the files of the store must not be written to any more; null if they can be closed. */
function reasonToLeave(store: SqliteTokenStore): string | null {
  if (store.isLost()) return "files of the store were replaced; they are left as they are";
  return store.isDamaged ? "the store is damaged; its files are left as they are" : null;
}

/** Everything acknowledged is on disk by now; where the checkpoint fails, the next start reads it from there. */
function close(store: SqliteTokenStore, log: Log): void {
  try {
    store.checkpoint();
    store.close();
  } catch (error) {
    log.warn({ error }, "the store was left with its -wal file");
  }
}
