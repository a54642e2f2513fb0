import { writeSync } from "node:fs";
import { type Log, makeLog } from "../log/log.ts";
import type { ServeSettings } from "../settings/serve-settings.ts";
import { completeReplacement } from "../store/sqlite/backup/store-replacement.ts";
import type { DataDirectory } from "../store/sqlite/file/data-directory.ts";
import type { OnMigration } from "../store/sqlite/file/database.ts";
import { refuseMissingDatabase } from "../store/sqlite/file/missing-database.ts";
import { ServerLock, STOP_TO_UPGRADE } from "../store/sqlite/file/server-lock.ts";
import { storeId } from "../store/sqlite/file/store-state.ts";
import { removeWorkingDirectories } from "../store/sqlite/file/working-directory.ts";
import { checkAtStart, type StartCheck } from "../store/sqlite/inspect/start-check.ts";
import { refuseOwnersForRoot } from "../store/sqlite/owner/file-owners.ts";
import { RevocationLog, refuseLogOfLostStore } from "../store/sqlite/revocation-log/revocation-log.ts";
import { SCHEMA_VERSION } from "../store/sqlite/schema.ts";
import type { SqliteTokenStore } from "../store/sqlite/sqlite-token-store.ts";
import type { AuditEvent } from "../tokens/audit/audit-event.ts";
import { type FirstToken, provideFirstToken } from "./first-token.ts";
import { type OpenTokens, openOrMakeTokens } from "./open-tokens.ts";
import { ReuseWarnings } from "./reuse-warnings.ts";
import { RevocationLogging } from "./revocation-logging.ts";

const STDERR = 2;

/** The store of a server, checked, locked and with a first token. */
export interface ServedStore extends OpenTokens {
  readonly lock: ServerLock;
  readonly firstToken: FirstToken;
  readonly checked: StartCheck;
  readonly revocations: RevocationLogging | null;
}

/** Checks, repairs, locks and opens the store of a server, or makes it. Throws a sentence for the operator. */
export async function openServedStore(
  directory: DataDirectory,
  settings: Pick<ServeSettings, "revocationLog" | "firstToken">,
  log: Log,
): Promise<ServedStore> {
  completeReplacement(directory);
  // Files that are not Publisher's are refused before anything is written beside them.
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
    queuesRevocations: true,
    onChange: (event) => {
      revocations?.take(event);
      logChange(event, log);
    },
    onReuse: (reuse) => warnings.warn(reuse),
    onMigration: logSteps(log),
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

/** Logs the steps of a migration at once: the stream of the log writes only while nothing else runs. */
function logSteps({ level }: Log): OnMigration {
  const log = makeLog(level, { write: writeNow });
  return (progress) => log.info(progress, "bringing the store to a newer schema");
}

function writeNow(line: string): void {
  try {
    writeSync(STDERR, line);
  } catch {
    // The store is migrated also where nobody can read the log.
  }
}

function logChange({ id, action, actor, target }: AuditEvent, log: Log): void {
  const { tokenId, traceId, requestId, ip } = actor;
  log.info(
    { trace_id: traceId, request_id: requestId, audit_event: id, action, actor: tokenId, target, ip },
    "change",
  );
}

function revocationLogging(
  { revocationLog: path }: Pick<ServeSettings, "revocationLog">,
  store: SqliteTokenStore,
  log: Log,
) {
  if (path === null) return null;
  const file = new RevocationLog(path, store.auditTrail, storeId(store.cursorKey));
  return new RevocationLogging({ file, log, clock: () => performance.now() });
}

/** Why the files of the store must not be written to any more; null if they can be closed. */
function reasonToLeave(store: SqliteTokenStore): string | null {
  if (store.isLost()) return "files of the store were replaced; they are left as they are";
  return store.isDamaged ? "the store is damaged; its files are left as they are" : null;
}

/** Closes the store and gives up its lock. Returns false where its files must stay as they are, so that it stays open. */
export function closeServedStore({ store, lock }: ServedStore, log: Log): boolean {
  const reason = reasonToLeave(store);
  if (reason === null) close(store, log);
  else log.error(reason);
  lock.release();
  return reason === null;
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
