import type { Database, Statement } from "bun:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import type { ListQuery } from "../tokens/listing.ts";
import type { SummaryQuery, Tally } from "../tokens/summary.ts";
import type { Token } from "../tokens/token.ts";
import type {
  AmendedToken,
  LastIds,
  NewToken,
  ReplacedToken,
  StoredSecret,
  TokenStore,
} from "../tokens/token-store.ts";
import type { DataDirectory } from "./data-directory.ts";
import { openDatabase } from "./database.ts";
import { FirstTokenFile } from "./first-token-file.ts";
import { listRows, type OpenFile } from "./list-rows.ts";
import type { ServerLock } from "./server-lock.ts";
import { SqliteAuditTrail } from "./sqlite-audit-trail.ts";
import { asStoreError, isBusy, withStoreErrors } from "./sqlite-errors.ts";
import { SqliteUsageStore } from "./sqlite-usage-store.ts";
import { tallies } from "./summary-sql.ts";
import { COLUMNS, TOKEN_TABLE, type TokenRow, tokenOf } from "./token-row.ts";

/** How long a change waits, in all, for other processes that write. */
const PATIENCE_MS = 5000;
const RETRY_MS = 10;

/** The tokens in the SQLite file of a data directory, which other processes may read and change meanwhile. */
export class SqliteTokenStore implements TokenStore {
  readonly firstToken: FirstTokenFile;
  readonly auditTrail: SqliteAuditTrail;
  /** How often the tokens were used. */
  readonly usage: SqliteUsageStore;
  readonly #file: OpenFile;
  readonly #database: Database;
  readonly #byDigest: Statement<TokenRow, [Uint8Array]>;
  readonly #byId: Statement<TokenRow, [string]>;

  private constructor(directory: DataDirectory, database: Database) {
    this.firstToken = new FirstTokenFile(directory.firstToken);
    this.#file = { path: directory.database, database };
    this.usage = new SqliteUsageStore(database);
    this.#database = database;
    this.auditTrail = new SqliteAuditTrail(this.#file);
    this.#byDigest = database.query(`SELECT ${COLUMNS} FROM token WHERE digest = ?`);
    this.#byId = database.query(`SELECT ${COLUMNS} FROM token WHERE id = ?`);
  }

  /** Opens the store, making or migrating it as needed. Throws StoreUnusable if that cannot be. */
  static open(directory: DataDirectory, lock: ServerLock | null = null): SqliteTokenStore {
    return new SqliteTokenStore(directory, openDatabase(directory, lock));
  }

  /** Seals the cursors of lists from this store. */
  get cursorKey(): Uint8Array {
    const row = this.#database.query<{ key: Uint8Array }, []>("SELECT key FROM cursor_key").get();
    if (row === null) throw new Error("the store has no cursor key");
    return row.key;
  }

  findByDigest(digest: Uint8Array): StoredSecret | null {
    const row = withStoreErrors(() => this.#byDigest.get(digest));
    return row && { token: tokenOf(row), digest: row.digest };
  }

  findById(id: string): Token | null {
    const row = withStoreErrors(() => this.#byId.get(id));
    return row && tokenOf(row);
  }

  isEmpty(): boolean {
    return withStoreErrors(() => this.#database.query("SELECT 1 FROM token LIMIT 1").get()) === null;
  }

  /** Throws StoreUnavailable unless the store can be read. */
  ping(): void {
    this.isEmpty();
  }

  async add(make: (last: LastIds) => NewToken): Promise<NewToken> {
    return await this.#changing(() => {
      const added = make(this.#lastIds());
      this.#insert(added.token, added.digest);
      this.auditTrail.record(added.event);
      return added;
    });
  }

  async amend(
    id: string,
    change: (token: Token, last: LastIds) => AmendedToken,
  ): Promise<AmendedToken | null> {
    return await this.#changingToken(id, change, ({ token, event }) => {
      if (event === null) return;
      this.#update(token);
      this.auditTrail.record(event);
    });
  }

  async replace(
    id: string,
    change: (token: Token, last: LastIds) => ReplacedToken,
  ): Promise<ReplacedToken | null> {
    return await this.#changingToken(id, change, ({ token, succession }) => {
      if (succession === null) return;
      const { successor, event } = succession;
      this.#insert(successor.token, successor.digest);
      this.auditTrail.record(successor.event);
      this.#update(token);
      this.auditTrail.record(event);
    });
  }

  async list(query: ListQuery): Promise<readonly Token[]> {
    return await listRows(this.#file, TOKEN_TABLE, query);
  }

  summary(query: SummaryQuery): readonly Tally[] {
    return withStoreErrors(() => tallies(this.#database, query));
  }

  /** Deletes a first-token file that opens nothing any more, as a crash may have left one. */
  tidyFirstToken(): void {
    const digest = this.firstToken.digest();
    if (digest === null) return;
    const stored = this.findByDigest(digest);
    if (stored === null || isDoneWith(stored.token)) this.firstToken.remove();
  }

  /** Brings every change into the one file, so that it can be copied alone. */
  checkpoint(): void {
    this.#database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#database.close();
  }

  #insert(token: Token, digest: Uint8Array): void {
    this.#database
      .query(`INSERT INTO token (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        digest,
        token.id,
        token.access,
        token.description,
        token.hint,
        token.createdAt,
        token.createdBy,
        token.expiresAt,
        token.revokedAt,
        token.lastUsedAt,
        token.audiences === null ? null : JSON.stringify(token.audiences),
        token.replacedBy,
        token.verifies ? 1 : 0,
        token.reusedAt,
        token.reusedFrom,
      );
  }

  #update({ id, description, expiresAt, revokedAt, replacedBy }: Token): void {
    this.#database
      .query("UPDATE token SET description = ?, expires_at = ?, revoked_at = ?, replaced_by = ? WHERE id = ?")
      .run(description, expiresAt, revokedAt, replacedBy, id);
  }

  #lastIds(): LastIds {
    const row = this.#database
      .query<LastIds, []>(
        "SELECT (SELECT max(id) FROM token) AS token, (SELECT max(id) FROM audit_event) AS auditEvent",
      )
      .get();
    return row ?? { token: null, auditEvent: null };
  }

  /** Writes what `change` makes of a token, in the transaction that read it. Null if there is no such token. */
  async #changingToken<Changed extends { readonly token: Token }>(
    id: string,
    change: (token: Token, last: LastIds) => Changed,
    write: (changed: Changed) => void,
  ): Promise<Changed | null> {
    const outcome = await this.#changing(() => {
      const row = this.#byId.get(id);
      if (row === null) return null;
      const changed = change(tokenOf(row), this.#lastIds());
      write(changed);
      return { digest: row.digest, changed };
    });
    if (outcome === null) return null;
    if (isDoneWith(outcome.changed.token)) this.#forgetFirstToken(outcome.digest);
    return outcome.changed;
  }

  /** One immediate transaction, tried again without blocking while another process writes. */
  async #changing<T>(change: () => T): Promise<T> {
    const transaction = this.#database.transaction(change);
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return transaction.immediate();
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw asStoreError(error);
      }
      await pause(RETRY_MS);
    }
  }

  /** The token is revoked whether or not its file can go; the next start tries again. */
  #forgetFirstToken(digest: Uint8Array): void {
    try {
      if (this.firstToken.holds(digest)) this.firstToken.remove();
    } catch {
      return;
    }
  }
}

/** Whether nobody is to begin with that token any more. */
function isDoneWith({ revokedAt, replacedBy }: Token): boolean {
  return revokedAt !== null || replacedBy !== null;
}
