import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type MigrationProgress, openDatabase } from "../../../src/store/sqlite/file/database.ts";
import { ServerLock } from "../../../src/store/sqlite/file/server-lock.ts";
import { inspectDatabase } from "../../../src/store/sqlite/inspect/inspection.ts";
import { integrityFaults } from "../../../src/store/sqlite/inspect/store-faults.ts";
import { APPLICATION_ID, migrate, SCHEMA_VERSION, schemaVersion } from "../../../src/store/sqlite/schema.ts";
import { SqliteTokenStore } from "../../../src/store/sqlite/sqlite-token-store.ts";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { TokenService } from "../../../src/tokens/token-service.ts";
import { REQUEST } from "../../support/new-token.ts";
import { repeatableRandom } from "../../support/random.ts";
import { OLD_SCHEMAS, schemaText } from "../../support/store/old-schemas.ts";
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
    tables.map(({ name }) => {
      const first = name === "token" ? "id" : "1";
      return [name, database.query<Row, []>(`SELECT * FROM "${name}" ORDER BY ${first}`).all()];
    }),
  );
}

/** Makes a file of a frozen store, and returns its rows. */
function thaw(sql: string): Readonly<Record<string, readonly Row[]>> {
  using database = new Database(directory.database);
  database.transaction(() => database.run(sql))();
  return rowsOf(database);
}

/** A store in memory of that schema. */
function madeBy(version: number): Database {
  const made = new Database(":memory:");
  migrate(made, version);
  return made;
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
    using made = madeBy(version);
    expect(schemaOf(made)).toEqual(schemaOf(frozen));
    expect(schemaVersion(frozen)).toBe(version);
  });

  test("can be looked at, comes to today's schema when it is opened, and keeps every row", () => {
    const before = thaw(sql);
    expect(before.token?.length).toBeGreaterThan(0);
    expect(inspectDatabase(directory, schemaVersion)).toBe(version);
    using database = openDatabase(directory);
    using fresh = madeBy(SCHEMA_VERSION);
    expect(schemaOf(database)).toEqual(schemaOf(fresh));
    expect(schemaVersion(database)).toBe(SCHEMA_VERSION);
    expect(integrityFaults(database, "integrity_check")).toEqual([]);
    // That the store is in use is said anew by each process that opens it.
    const { store_state: _, ...kept } = before;
    expect(rowsOf(database)).toMatchObject(kept);
  });

  test("has tokens that work, gives ids after theirs, and leaves no lock behind", async () => {
    thaw(sql);
    const store = SqliteTokenStore.open(directory);
    const unheard = () => undefined;
    const parts = { store, clock: () => 0, random: repeatableRandom(), cursorKey: store.cursorKey };
    const tokens = new TokenService({ ...parts, onChange: unheard, onUse: unheard, onReuse: unheard });
    const refusals = [new Uint8Array(32), Uint8Array.from({ length: 32 }, (_, index) => index)].map(
      async (bytes) => (await tokens.authenticate(makeSecret(() => bytes))).refusal,
    );
    expect(await Promise.all(refusals)).toEqual([null, "revoked"]);
    using database = new Database(directory.database, { readonly: true });
    const { last } = row(database, "SELECT max(id) AS last FROM token");
    const { token } = outcomeOf(await tokens.create(REQUEST, COMMAND_LINE));
    expect(token.id > String(last)).toBe(true);
    store.close();
    ServerLock.take(directory).release();
  });
});

test("a migration reports each step before it begins", () => {
  thaw(schemaText(3));
  const steps: MigrationProgress[] = [];
  openDatabase(directory, null, "changing", (progress) => steps.push(progress)).close();
  expect(steps.map(({ step }) => step)).toEqual(steps.map((_, index) => index + 1));
  expect(new Set(steps.map(({ of }) => of))).toEqual(new Set([steps.length]));
  expect(steps.slice(0, 3).map(({ work }) => work)).toEqual([
    "copying the store",
    "bringing the store to schema 4",
    "moving the tokens",
  ]);
  openDatabase(directory, null, "changing", () => expect.unreachable()).close();
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
  using database = madeBy(SCHEMA_VERSION);
  const before = rowsOf(database);
  migrate(database, SCHEMA_VERSION);
  expect(rowsOf(database)).toEqual(before);
});

test("a store of an older schema is migrated unless another server runs on it, which may not know the new one", () => {
  thaw(schemaText(1));
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
