import { Database, type SQLQueryBindings } from "bun:sqlite";
import { EVENT_COLUMNS } from "../../../src/store/sqlite/audit-event-row.ts";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { SqliteTokenStore } from "../../../src/store/sqlite/sqlite-token-store.ts";
import { COLUMNS } from "../../../src/store/sqlite/token-row.ts";
import { type Actor, type AuditEvent, COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { AuditTrail } from "../../../src/tokens/audit/audit-trail.ts";
import type { Listing } from "../../../src/tokens/listing/listing.ts";
import { isRefusal, type Refusal } from "../../../src/tokens/refusal.ts";
import { digestOf } from "../../../src/tokens/secret/secret.ts";
import type { Token } from "../../../src/tokens/token.ts";
import type { TokenRequest } from "../../../src/tokens/token-fields.ts";
import { type CreatedToken, TokenService } from "../../../src/tokens/token-service.ts";
import type { NewToken, TokenStore } from "../../../src/tokens/token-store.ts";
import type { Reuse } from "../../../src/tokens/usage/reuse.ts";
import { Usage } from "../../../src/tokens/usage/usage.ts";
import type { UsageStore } from "../../../src/tokens/usage/usage-store.ts";
import { TestClock } from "../clock.ts";
import { CALLER, eventOf } from "../new-token.ts";
import { repeatableRandom } from "../random.ts";
import { TemporaryDirectory } from "../temporary.ts";

/** A list of everything that a list without filters shows, on one page. */
export const EVERYTHING: Listing = { conditions: [], sorts: [], limit: 1000, skip: 0, cursor: null };

/** The domain on a store of its own in real files, with a clock and a chance of its own. */
export class TestStore implements Disposable {
  readonly #temporary = new TemporaryDirectory();
  readonly directory = new DataDirectory(this.#temporary.path);
  readonly clock = new TestClock();
  /** Every change that the domain reported. */
  readonly changes: AuditEvent[] = [];
  /** Every dead secret that the domain was shown. */
  readonly reuses: Reuse[] = [];
  readonly #random = repeatableRandom();
  readonly #connections: Pick<Database, "close">[] = [];
  store: SqliteTokenStore;
  tokens: TokenService;
  /** Nothing of it is in the store until a test flushes it. */
  usage: Usage;

  constructor() {
    this.store = this.#open();
    this.usage = this.usageOn(this.store.usage);
    this.tokens = this.tokensOn(this.store);
  }

  /** A store that has the token of CALLER, as if it had always been there. */
  static withCaller(): TestStore {
    const context = new TestStore();
    context
      .connect()
      .query("INSERT INTO token (digest, id, access, hint, created_at) VALUES (?, ?, 'write', 'abcd', 0)")
      .run(digestOf("of the caller"), CALLER.tokenId);
    return context;
  }

  /** Closes the store on every connection and opens it again, as a restart does. */
  reopen(): void {
    this.#close();
    this.store = this.#open();
    this.usage = this.usageOn(this.store.usage);
    this.tokens = this.tokensOn(this.store);
  }

  /** Counts uses in that store, by the clock of this one. */
  usageOn(store: UsageStore): Usage {
    return new Usage({ store, tokens: this.store, clock: this.clock.read });
  }

  /** The domain on the same files through connections of their own, as another process has it. */
  beside(): TokenService {
    return this.tokensOn(this.#open());
  }

  /** The domain on that store, with the clock of this one. */
  tokensOn(
    store: TokenStore,
    onChange = (event: AuditEvent): void => void this.changes.push(event),
  ): TokenService {
    return new TokenService({
      store,
      clock: this.clock.read,
      random: this.#random,
      cursorKey: this.store.cursorKey,
      onChange,
      onUse: (token, outcome) => this.usage.record(token, outcome),
      onReuse: (reuse) => {
        this.reuses.push(reuse);
        this.usage.recordReuse(reuse);
      },
      uses: {
        addedTo: (token) => this.usage.addedTo(token),
        watchWrites: () => this.usage.watchWrites(),
        writeLastUses: async () => await this.usage.writeLastUses(),
        writeFirstUses: async () => await this.usage.writeFirstUses(),
      },
    });
  }

  /** The audit trail of the same files. */
  get auditTrail(): AuditTrail {
    return new AuditTrail({ store: this.store.auditTrail, cursorKey: this.store.cursorKey });
  }

  /** A plain connection to the same file. */
  connect(): Database {
    const database = new Database(this.directory.database, { readwrite: true });
    this.#connections.push(database);
    return database;
  }

  /** Creates a token that may be created: of access `read`, without description or expiry, unless told. */
  async create(request: Partial<TokenRequest> = {}, actor: Actor = COMMAND_LINE): Promise<CreatedToken> {
    return outcomeOf(
      await this.tokens.create(
        { access: "read", audiences: null, description: null, expiresAt: null, ...request },
        actor,
      ),
    );
  }

  /** Adds a token to the store, past the domain's rules. */
  async add(added: NewToken): Promise<void> {
    await this.store.change({ actor: null, target: null }, () => ({ added: [added], updated: [] }));
  }

  /** Writes a token over the one of that id, past the domain's rules. */
  async overwrite(
    id: string,
    change: (token: Token) => Token,
    event = eventOf(id, `aevt_${id}_2`),
  ): Promise<void> {
    await this.store.change({ actor: null, target: id }, ({ target }) => {
      if (target === null) throw new Error(`there is no ${id}`);
      return { added: [], updated: [{ token: change(target), event }] };
    });
  }

  /** Makes the file hold these tokens, past the domain, under digests of their own, and no others. */
  hold(tokens: readonly Token[]): void {
    const inOrder = tokens.toSorted((one, other) =>
      Buffer.compare(Buffer.from(one.id), Buffer.from(other.id)),
    );
    this.#replaceRows("token", COLUMNS, inOrder.map(valuesOf));
  }

  /** Makes the file hold these events, past the domain, and no others. */
  holdEvents(events: readonly AuditEvent[]): void {
    const rows = events.map(({ id, at, action, actor, target, changes }) => [
      ...[id, at, action, actor.tokenId, target, actor.traceId, actor.ip],
      ...[JSON.stringify(changes), actor.requestId],
    ]);
    this.#replaceRows("audit_event", EVENT_COLUMNS, rows);
  }

  #replaceRows(
    table: "token" | "audit_event",
    columns: string,
    rows: readonly (readonly SQLQueryBindings[])[],
  ): void {
    using database = new Database(this.directory.database, { readwrite: true });
    database.run("PRAGMA synchronous = OFF");
    database.transaction(() => {
      database.run(`DROP TRIGGER IF EXISTS ${table}_stays`);
      database.run(`DELETE FROM ${table}`);
      if (table === "token") database.run("DELETE FROM token_audience; DELETE FROM token_count");
      for (const row of rows)
        database
          .query(`INSERT INTO ${table} (${columns}) VALUES (${row.map(() => "?").join(", ")})`)
          .run(...row);
    })();
  }

  [Symbol.dispose](): void {
    this.#close();
    this.#temporary[Symbol.dispose]();
  }

  #close(): void {
    // A plain connection that were the last would leave a part of a store: that one is closed first.
    for (const connection of this.#connections.splice(0).reverse()) connection.close();
  }

  #open(): SqliteTokenStore {
    const store = SqliteTokenStore.open(this.directory);
    this.#connections.push(store);
    return store;
  }
}

/** The columns of a token, under a digest of its own. */
function valuesOf({ id, ...token }: Token): readonly (string | number | Uint8Array | null)[] {
  const audiences = token.audiences === null ? null : JSON.stringify(token.audiences);
  return [
    ...[digestOf(id), id, token.access, token.description, token.hint],
    ...[token.createdAt, token.createdBy, token.expiresAt, token.revokedAt, token.lastUsedAt],
    ...[audiences, token.replacedBy, token.verifies ? 1 : 0, token.reusedAt, token.reusedFrom],
  ];
}

/** The outcome of a call that must not be refused. */
export function outcomeOf<Outcome extends object>(outcome: Outcome | Refusal): Outcome {
  if (isRefusal(outcome)) throw new Error(`refused: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The first row of a query that must have one. */
export function row(database: Database, sql: string): Readonly<Record<string, unknown>> {
  const found = database.query<Record<string, unknown>, []>(sql).get();
  if (found === null) throw new Error(`no row: ${sql}`);
  return found;
}

/** The rows of the audit trail, in order. */
export function auditTrail({ directory }: TestStore): readonly Readonly<Record<string, unknown>>[] {
  using database = new Database(directory.database, { readonly: true });
  return database.query<Record<string, unknown>, []>("SELECT * FROM audit_event ORDER BY id").all();
}
