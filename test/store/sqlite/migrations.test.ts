import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../src/store/sqlite/file/database.ts";
import { ServerLock } from "../../../src/store/sqlite/file/server-lock.ts";
import { inspectDatabase } from "../../../src/store/sqlite/inspect/inspection.ts";
import { integrityFaults } from "../../../src/store/sqlite/inspect/store-faults.ts";
import { APPLICATION_ID, migrate, SCHEMA_VERSION, schemaVersion } from "../../../src/store/sqlite/schema.ts";
import { SqliteTokenStore } from "../../../src/store/sqlite/sqlite-token-store.ts";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { TokenService } from "../../../src/tokens/token-service.ts";
import { repeatableRandom } from "../../support/random.ts";
import { OLD_SCHEMAS } from "../../support/store/old-schemas.ts";
import { outcomeOf, row } from "../../support/store/store.ts";
import { useDirectory } from "../../support/store/use.ts";

const directory = useDirectory();

type Row = Readonly<Record<string, unknown>>;

/** Every table, index and trigger, without regard to how its text is set out. */
function schemaOf(database: Database): readonly string[] {
  return database
    .query<{ sql: string }, []>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql")
    .all()
    .map(({ sql }) => sql.replaceAll(/\s+/g, " "));
}

/** Every row of every table. */
function rowsOf(database: Database): Readonly<Record<string, readonly Row[]>> {
  const tables = database
    .query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all();
  return Object.fromEntries(
    tables.map(({ name }) => [name, database.query<Row, []>(`SELECT * FROM "${name}" ORDER BY 1`).all()]),
  );
}

/** Makes a file of a frozen store, and returns its rows. */
function thaw(sql: string, directory: DataDirectory): Readonly<Record<string, readonly Row[]>> {
  using database = new Database(directory.database);
  database.transaction(() => database.run(sql))();
  return rowsOf(database);
}

test("a store of every schema that ever was is kept here", () => {
  expect(OLD_SCHEMAS.map(({ version }) => version)).toEqual(
    Array.from({ length: SCHEMA_VERSION }, (_, index) => index + 1),
  );
});

describe.each(OLD_SCHEMAS)("a store of schema $version", ({ version, sql }) => {
  test("is what the migrations up to it make to this day", () => {
    using frozen = new Database(":memory:");
    frozen.run(sql);
    using made = new Database(":memory:");
    migrate(made, version);
    expect(schemaOf(made)).toEqual(schemaOf(frozen));
    expect(schemaVersion(frozen)).toBe(version);
  });

  test("comes to today's schema when it is opened, and keeps every row", () => {
    const before = thaw(sql, directory);
    expect(before.token?.length).toBeGreaterThan(0);
    using database = openDatabase(directory);
    using fresh = new Database(":memory:");
    migrate(fresh, SCHEMA_VERSION);
    expect(schemaOf(database)).toEqual(schemaOf(fresh));
    expect(schemaVersion(database)).toBe(SCHEMA_VERSION);
    expect(integrityFaults(database, "integrity_check")).toEqual([]);
    // That the store is in use is said anew by each process that opens it.
    const { store_state: _, ...kept } = before;
    expect(rowsOf(database)).toMatchObject(kept);
  });

  test("can be looked at as it is", () => {
    thaw(sql, directory);
    expect(inspectDatabase(directory, schemaVersion)).toBe(version);
  });

  test("has tokens that work, and gives ids after theirs", async () => {
    thaw(sql, directory);
    const store = SqliteTokenStore.open(directory);
    const tokens = new TokenService({
      store,
      clock: () => 0,
      random: repeatableRandom(),
      cursorKey: store.cursorKey,
      onChange: () => undefined,
      onUse: () => undefined,
      onReuse: () => undefined,
    });
    const outcomes = [new Uint8Array(32), Uint8Array.from({ length: 32 }, (_, index) => index)].map(
      async (bytes) => (await tokens.authenticate(makeSecret(() => bytes))).refusal,
    );
    expect(await Promise.all(outcomes)).toEqual([null, "revoked"]);
    using database = new Database(directory.database, { readonly: true });
    const { last } = row(database, "SELECT max(id) AS last FROM token");
    const created = await tokens.create(
      { access: "read", audiences: null, description: null, expiresAt: null },
      COMMAND_LINE,
    );
    expect(outcomeOf(created).token.id > String(last)).toBe(true);
    store.close();
  });
});

test("a migration that fails half-way changes nothing", () => {
  using half = new Database(directory.database);
  half.run(`PRAGMA application_id = ${APPLICATION_ID}`);
  half.run("CREATE TABLE cursor_key (of_another_kind TEXT)");
  half.close();
  const before = readFileSync(directory.database);
  using again = new Database(directory.database);
  expect(() => migrate(again, SCHEMA_VERSION)).toThrow("table cursor_key already exists");
  again.close();
  expect(readFileSync(directory.database).equals(before)).toBe(true);
});

test("migrations leave alone what has their schema", () => {
  using database = new Database(":memory:");
  migrate(database, SCHEMA_VERSION);
  const before = rowsOf(database);
  migrate(database, SCHEMA_VERSION);
  expect(rowsOf(database)).toEqual(before);
});

test("a store of an older schema stays as it is while a server runs on it, which may not know the new one", () => {
  thaw(OLD_SCHEMAS[0]?.sql ?? "", directory);
  const server = ServerLock.take(directory);
  expect(() => SqliteTokenStore.open(directory)).toThrow(
    /^Another Publisher server is running .* Stop that one first: this Publisher is newer, and has to bring the store to its schema\.$/,
  );
  expect(inspectDatabase(directory, schemaVersion)).toBe(1);
  SqliteTokenStore.open(directory, server).close();
  expect(inspectDatabase(directory, schemaVersion)).toBe(SCHEMA_VERSION);
  SqliteTokenStore.open(directory).close();
  server.release();
});

test("a store of an older schema is migrated by a command where no server runs, and leaves no lock behind", () => {
  thaw(OLD_SCHEMAS[0]?.sql ?? "", directory);
  SqliteTokenStore.open(directory).close();
  expect(inspectDatabase(directory, schemaVersion)).toBe(SCHEMA_VERSION);
  ServerLock.take(directory).release();
});
