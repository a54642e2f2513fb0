import type { Database, Statement } from "bun:sqlite";
import type { ListQuery } from "../../tokens/listing/listing.ts";
import type { ScanCaller } from "../../tokens/listing/scan-caller.ts";
import type { SummaryQuery, TokenCount } from "../../tokens/summary.ts";
import type { Token } from "../../tokens/token.ts";
import {
  type ChangeScope,
  type ChangeState,
  type StoredSecret,
  StoreUnavailable,
  type TokenStore,
  type Writes,
} from "../../tokens/token-store.ts";
import { Reserve } from "./disk-space-reserve.ts";
import type { DataDirectory } from "./file/data-directory.ts";
import { type OnMigration, openDatabase, type Purpose } from "./file/database.ts";
import { FirstTokenFile, isDoneWith } from "./file/first-token-file.ts";
import { OpenedFiles } from "./file/opened-files.ts";
import type { ServerLock } from "./file/server-lock.ts";
import type { Migration, StoreDatabase } from "./file/store-database.ts";
import { WriteAheadLog } from "./file/write-ahead-log.ts";
import { listRows } from "./list/list-rows.ts";
import { ScanScheduler } from "./list/scan-scheduler.ts";
import { ScanThread } from "./list/scan-thread.ts";
import { ScanThreads } from "./list/scan-threads.ts";
import { SharedCounter } from "./list/shared-counter.ts";
import { DigestLookUps } from "./look-ups/digest-look-ups.ts";
import { SqliteAuditTrail } from "./sqlite-audit-trail.ts";
import { SqliteChanges } from "./sqlite-changes.ts";
import { throwAsStoreError, withStoreErrors } from "./sqlite-errors.ts";
import { SqliteUsageStore } from "./sqlite-usage-store.ts";
import { StoreConnections } from "./store-connections.ts";
import { COLUMNS, TOKEN_TABLE, type TokenRow, tokenOf } from "./token-row.ts";
import { Writer } from "./writer.ts";

/** A -wal file above its limit; in bytes. */
export type OversizedWal = Pick<WriteAheadLog, "size" | "limit">;

/** The tokens in the SQLite file of a data directory, which other processes may read and change meanwhile. */
export class SqliteTokenStore implements TokenStore {
  readonly firstToken: FirstTokenFile;
  readonly auditTrail: SqliteAuditTrail;
  /** How often the tokens were used. */
  readonly usage: SqliteUsageStore;
  /** Null where the store had today's schema when it was opened. */
  readonly migration: Migration | null;
  readonly #directory: DataDirectory;
  readonly #connections: StoreConnections;
  readonly #scans: ScanScheduler;
  readonly #wal: WriteAheadLog;
  readonly #changes: SqliteChanges;
  readonly #files: OpenedFiles;
  readonly #writer: Writer;
  readonly #database: Database;
  readonly #lookUps: DigestLookUps;
  readonly #byId: Statement<TokenRow, [string]>;
  /** A file of the store that was removed or replaced; null if there is none. */
  #lostFile: string | null = null;

  private constructor(
    directory: DataDirectory,
    database: StoreDatabase,
    { lock, purpose }: { readonly lock: ServerLock | null; readonly purpose: Purpose },
  ) {
    this.migration = database.migration;
    this.#directory = directory;
    this.firstToken = new FirstTokenFile(directory.firstToken);
    this.#files = new OpenedFiles([
      // A closed store that is only read has no other file. A process that changes it meanwhile makes some.
      ...(purpose === "reading" ? [""] : ["", "-wal", "-shm"]).map((end) => directory.database + end),
      ...(lock === null ? [] : [directory.lock]),
    ]);
    this.#writer = new Writer({
      database,
      files: this.#files,
      reserve: new Reserve(directory.reserve),
      requireServed: () => this.#prepareToWrite(),
    });
    this.#wal = new WriteAheadLog(directory.database, database, {
      mayCut: () => !this.#isInTrouble,
      endReads: () => this.#lookUps.endSnapshot(),
    });
    const writesOfUses = new SharedCounter();
    const threads = new ScanThreads(() => new ScanThread(directory.database, writesOfUses));
    this.#scans = new ScanScheduler(threads, this.#wal);
    this.#connections = new StoreConnections(database, this.#scans);
    this.usage = new SqliteUsageStore(this.#connections, this.#writer, writesOfUses);
    this.#database = database;
    this.auditTrail = new SqliteAuditTrail(this.#connections);
    this.#changes = new SqliteChanges(database, this.#writer, this.auditTrail);
    this.#lookUps = new DigestLookUps(directory.database, database, this.#files);
    this.#byId = database.query(`SELECT ${COLUMNS} FROM token WHERE id = ?`);
  }

  /** Opens the store, making or migrating it as needed. Throws StoreUnusable if that cannot be. */
  static open(
    directory: DataDirectory,
    lock: ServerLock | null = null,
    purpose: Purpose = "changing",
    onMigration?: OnMigration,
  ): SqliteTokenStore {
    const database = openDatabase(directory, lock, purpose, onMigration);
    return new SqliteTokenStore(directory, database, { lock, purpose });
  }

  /** Seals the cursors of lists from this store. */
  get cursorKey(): Uint8Array {
    const row = this.#database.query<{ key: Uint8Array }, []>("SELECT key FROM cursor_key").get();
    if (row === null) throw new Error("the store has no cursor key");
    return row.key;
  }

  get isDamaged(): boolean {
    return this.#connections.isDamaged;
  }

  /** Serves nothing more: every read and every write throws StoreUnavailable from now on. */
  markDamaged(): void {
    this.#connections.markDamaged();
  }

  findByDigest(digest: Uint8Array): StoredSecret | null {
    this.#requireReadable();
    return this.#lookUps.find(digest);
  }

  /** The same as `findByDigest` for many digests, in their order. It is faster than one by one. */
  findByDigests(digests: readonly Uint8Array[]): readonly (StoredSecret | null)[] {
    this.#requireReadable();
    return this.#lookUps.findAll(digests);
  }

  findById(id: string): Token | null {
    this.#connections.require();
    const row = withStoreErrors(() => this.#byId.get(id));
    return row && tokenOf(row);
  }

  isEmpty(): boolean {
    return (
      withStoreErrors(() => this.#connections.database.query("SELECT 1 FROM token LIMIT 1").get()) === null
    );
  }

  /** Throws StoreUnavailable unless the store can be read. */
  ping(): void {
    this.#requireReadable();
    this.isEmpty();
  }

  /** Why changes fail; null as long as they can be written. */
  get trouble(): StoreUnavailable | null {
    return this.#writer.trouble;
  }

  /** Whether a file of the store was removed or replaced since the store was opened. */
  isLost(): boolean {
    const { replaced } = this.#files;
    this.#lostFile = replaced === this.#directory.lock ? null : replaced;
    return this.#lostFile !== null;
  }

  /**
   * Checks whether the files that were opened are still there, and whether changes can be written again after a failure.
   * Call it every second. Throws StoreUnavailable while changes fail.
   */
  async recover(): Promise<void> {
    this.#connections.require();
    this.isLost();
    await this.#writer.recover();
  }

  async change<Plan extends Writes>(scope: ChangeScope, plan: (state: ChangeState) => Plan): Promise<Plan> {
    this.#connections.require();
    const planned = await this.#changes.make(scope, plan);
    if (planned.updated.some(({ token }) => isDoneWith(token))) this.#tryToTidyFirstToken();
    return planned;
  }

  async list(query: ListQuery, caller: ScanCaller | null = null): Promise<readonly Token[]> {
    const { database, scans } = this.#connections;
    return await listRows(database, TOKEN_TABLE, query, () => scans.run(caller, "tokens", () => query));
  }

  async summary(query: SummaryQuery, caller: ScanCaller | null = null): Promise<readonly TokenCount[]> {
    return await this.#connections.scans.run(caller, "summary", () => query).catch(throwAsStoreError);
  }

  /** Deletes the first-token file if its token is revoked, replaced or not in the store. */
  tidyFirstToken(): void {
    this.firstToken.tidy((digest) => this.findByDigest(digest));
  }

  /** Ends every scan and refuses new ones; everything else goes on. */
  stopScans(): void {
    this.#scans.close();
  }

  /** Cuts the -wal file where that is due and no scan needs it. Returns its size where it stays too large. */
  tidyWal(): OversizedWal | null {
    if (this.#scans.running > 0 || this.#isInTrouble) return null;
    this.#wal.tidy();
    const { isTooLarge, size, limit } = this.#wal;
    return isTooLarge ? { size, limit } : null;
  }

  /** Then the -wal file stays as it is, and the log has the reason. */
  get #isInTrouble(): boolean {
    return this.trouble !== null || this.#lostFile !== null || this.isDamaged;
  }

  /** Brings every change into the one file, so that it can be copied alone. */
  checkpoint(): void {
    this.#wal.cut();
  }

  close(): void {
    this.stopScans();
    this.#scans.waitUntilDone();
    this.#lookUps.close(() => this.#database.close());
  }

  /** SQLite starts the -wal file from its beginning again only if no read needs it. */
  #prepareToWrite(): void {
    this.#connections.require();
    this.#lookUps.endSnapshot();
  }

  /** Changes that other processes make to a replaced file cannot be seen here, revocations among them. */
  #requireReadable(): void {
    this.#connections.require();
    if (this.#lostFile === null) return;
    throw new StoreUnavailable("the store cannot be used now", { cause: new Error(removed(this.#lostFile)) });
  }

  /** The change is made also where the file cannot be removed: the next start tries again. */
  #tryToTidyFirstToken(): void {
    try {
      this.tidyFirstToken();
    } catch {
      return;
    }
  }
}

function removed(path: string): string {
  return `${path} was removed, replaced or closed to this user while the store was open`;
}
