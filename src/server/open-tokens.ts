import { randomBytes } from "node:crypto";
import { completeReplacement } from "../store/sqlite/backup/store-replacement.ts";
import { DataDirectory } from "../store/sqlite/file/data-directory.ts";
import type { MigrationProgress, OnMigration, Purpose } from "../store/sqlite/file/database.ts";
import { refuseMissingDatabase } from "../store/sqlite/file/missing-database.ts";
import type { ServerLock } from "../store/sqlite/file/server-lock.ts";
import type { Migration } from "../store/sqlite/file/store-database.ts";
import { SCHEMA_VERSION } from "../store/sqlite/schema.ts";
import { SqliteTokenStore } from "../store/sqlite/sqlite-token-store.ts";
import { CommandFailure } from "../terminal/command-failure.ts";
import { say } from "../terminal/print.ts";
import type { AuditEvent } from "../tokens/audit/audit-event.ts";
import { AuditTrail } from "../tokens/audit/audit-trail.ts";
import { TokenService } from "../tokens/token-service.ts";
import type { Reuse } from "../tokens/usage/reuse.ts";
import { Usage } from "../tokens/usage/usage.ts";
import { otherStores } from "./other-stores.ts";

/** The domain, joined to the store of one data directory. */
export interface OpenTokens {
  readonly tokens: TokenService;
  readonly auditTrail: AuditTrail;
  /** A command never flushes it, and so counts nothing. */
  readonly usage: Usage;
  readonly store: SqliteTokenStore;
  /** Whether the store was made just now. */
  readonly isNew: boolean;
}

/** Called by the domain of a server. */
interface Callbacks {
  readonly queuesRevocations?: boolean;
  readonly onChange?: (event: AuditEvent) => void;
  readonly onReuse?: (reuse: Reuse) => void;
  /** Called before each step of a migration, while nothing else runs. A command prints the steps unless it has its own. */
  readonly onMigration?: OnMigration;
}

/** Opens the store of a data directory, and makes it where there is none. */
export function openOrMakeTokens(
  directory: DataDirectory,
  lock: ServerLock | null = null,
  {
    queuesRevocations = false,
    onChange = () => undefined,
    onReuse = () => undefined,
    onMigration = sayStep,
  }: Callbacks = {},
  purpose: Purpose = "changing",
): OpenTokens {
  completeReplacement(directory);
  const isNew = !directory.holdsStore();
  directory.make();
  const store = SqliteTokenStore.open(directory, lock, purpose, onMigration);
  const isServed = lock !== null;
  if (store.migration !== null && !isServed) say(`${migrationSentence(store.migration)}.\n`);
  const { cursorKey } = store;
  const usage = new Usage({ store: store.usage, tokens: store, clock: Date.now });
  const tokens = new TokenService({
    store,
    clock: Date.now,
    random: randomBytes,
    cursorKey,
    queuesRevocations,
    onChange,
    onUse: (token, outcome) => usage.record(token, outcome),
    onReuse: (reuse) => {
      usage.recordReuse(reuse);
      onReuse(reuse);
    },
    uses: usage,
  });
  const auditTrail = new AuditTrail({ store: store.auditTrail, cursorKey });
  return { tokens, auditTrail, usage, store, isNew };
}

function sayStep({ step, of, work }: MigrationProgress): void {
  say(`Bringing the store to schema ${SCHEMA_VERSION}, step ${step} of ${of}: ${work}.\n`);
}

/** Reports the migration of an older store, as a sentence without its full stop. */
export function migrationSentence({ from, copy }: Migration): string {
  return `Brought the store from schema ${from} to ${SCHEMA_VERSION}. As it was before, it is kept in ${copy}`;
}

/** Runs `work` on the store of a data directory, which must be there, and closes it. */
export async function withStore<T>(
  dataDir: string,
  work: (opened: OpenTokens) => Promise<T>,
  purpose: Purpose = "changing",
): Promise<T> {
  const directory = new DataDirectory(dataDir);
  completeReplacement(directory);
  if (!directory.holdsStore()) throw noStore(directory);
  const opened = openOrMakeTokens(directory, null, {}, purpose);
  try {
    return await work(opened);
  } finally {
    opened.store.close();
  }
}

/**
 * That there is no store, and where one may be. `advice` is a sentence: how to make one, where that is possible. Throws
 * StoreUnusable itself where there was one, and its database is missing.
 */
export function noStore(directory: DataDirectory, advice = MADE_BY): CommandFailure {
  refuseMissingDatabase(directory);
  const others = otherStores(directory);
  const where =
    others.length === 0
      ? "Say where it is with --data-dir or PUBLISHER_DATA_DIR."
      : `Did you mean ${others.map((path) => `--data-dir ${onOneLine(path)}`).join(" or ")}?`;
  return new CommandFailure(
    `There is no Publisher store in ${onOneLine(directory.path)}. ${where} ${advice}`,
  );
}

/** A path as a message quotes it; a line break in it would begin a line that looks like Publisher's own. */
function onOneLine(path: string): string {
  return /\p{Cc}/u.test(path) ? JSON.stringify(path) : path;
}

const MADE_BY =
  'If a store was here and is lost, run "publisher restore" with a backup. "publisher serve" makes a new store.';
