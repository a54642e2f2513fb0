import type { Database, Statement } from "bun:sqlite";
import type { Token } from "../../tokens/token.ts";
import type { ChangeScope, ChangeState, LastIds, Writes } from "../../tokens/token-store.ts";
import type { SqliteAuditTrail } from "./sqlite-audit-trail.ts";
import { withStoreErrors } from "./sqlite-errors.ts";
import { COLUMNS, type TokenRow, tokenOf } from "./token-row.ts";
import type { Writer } from "./writer.ts";

/** Recursion with several recursive parts: https://www.sqlite.org/lang_with.html#recursive_query_examples */
const DESCENDANTS = `
  WITH RECURSIVE descendant (id) AS (
    VALUES (?1)
    UNION SELECT token.id FROM descendant JOIN token ON token.created_by = descendant.id
    UNION SELECT token.replaced_by FROM descendant JOIN token USING (id) WHERE token.replaced_by IS NOT NULL
  )
  SELECT ${COLUMNS} FROM descendant JOIN token USING (id) WHERE id <> ?1 ORDER BY id`;

const SUCCESSORS = `
  WITH RECURSIVE successor (id) AS (
    VALUES (?1)
    UNION SELECT token.replaced_by FROM successor JOIN token USING (id) WHERE token.replaced_by IS NOT NULL
  )
  SELECT id FROM successor WHERE id <> ?1`;

const LAST_IDS =
  "SELECT (SELECT max(id) FROM token) AS token, (SELECT max(id) FROM audit_event) AS auditEvent";

const INSERT = `INSERT INTO token (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Writes only the columns that a change may touch, so that uses counted meanwhile are not lost. */
const UPDATE =
  "UPDATE token SET description = ?, expires_at = ?, revoked_at = ?, replaced_by = ? WHERE id = ?";

/** Makes changes to tokens, each with its audit events in one transaction. */
export class SqliteChanges {
  readonly #database: Database;
  readonly #writer: Writer;
  readonly #auditTrail: SqliteAuditTrail;
  readonly #byId: Statement<TokenRow, [string]>;

  constructor(database: Database, writer: Writer, auditTrail: SqliteAuditTrail) {
    this.#database = database;
    this.#writer = writer;
    this.#auditTrail = auditTrail;
    this.#byId = database.query(`SELECT ${COLUMNS} FROM token WHERE id = ?`);
  }

  /** Plans and writes a change in one transaction. A dry run only reads. */
  async make<Plan extends Writes>(scope: ChangeScope, plan: (state: ChangeState) => Plan): Promise<Plan> {
    if (scope.isDryRun === true) {
      const reading = this.#database.transaction(() => plan(this.#state(scope)));
      return withStoreErrors(() => reading.deferred());
    }
    const work = () => {
      const planned = plan(this.#state(scope));
      this.#write(planned);
      return planned;
    };
    // A revocation can have thousands of descendants.
    const isLong = scope.withDescendants === true || (scope.others ?? []).length > 0;
    return await this.#writer.write(work, { usesReserve: scope.isRevocation === true, isLong });
  }

  #state({
    actor: actorId,
    target: targetId,
    withDescendants = false,
    others = [],
  }: ChangeScope): ChangeState {
    const actor = this.#find(actorId);
    const target = this.#find(targetId);
    const last = this.#database.query<LastIds, []>(LAST_IDS).get();
    return {
      actor,
      actorSuccessors: this.#successors(actor),
      target,
      targetSuccessors: this.#successors(target),
      descendants: withDescendants && target !== null ? this.#descendants(target.id) : [],
      others: others.flatMap((id) => this.#find(id) ?? []),
      last: last ?? { token: null, auditEvent: null },
    };
  }

  #find(id: string | null): Token | null {
    const row = id === null ? null : this.#byId.get(id);
    return row && tokenOf(row);
  }

  #descendants(id: string): readonly Token[] {
    return this.#database.query<TokenRow, [string]>(DESCENDANTS).all(id).map(tokenOf);
  }

  #successors(token: Token | null): readonly string[] {
    if (token === null || token.replacedBy === null) return [];
    const rows = this.#database.query<{ id: string }, [string]>(SUCCESSORS).all(token.id);
    return rows.map((row) => row.id);
  }

  #write({ added, updated }: Writes): void {
    for (const { token, digest, event } of added) {
      this.#insert(token, digest);
      this.#auditTrail.record(event);
    }
    for (const { token, event } of updated) {
      this.#update(token);
      this.#auditTrail.record(event);
    }
  }

  #insert(token: Token, digest: Uint8Array): void {
    this.#database
      .query(INSERT)
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
    this.#database.query(UPDATE).run(description, expiresAt, revokedAt, replacedBy, id);
  }
}
