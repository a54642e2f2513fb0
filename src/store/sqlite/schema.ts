import { Database } from "bun:sqlite";
import { MIGRATIONS } from "./migrations/index.ts";

/** Marks the file as Publisher's: "Publ" in ASCII. https://www.sqlite.org/pragma.html#pragma_application_id */
export const APPLICATION_ID = 0x5075626c;

/** The schema that this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The first schema in which a token can be replaced. */
export const FIRST_SCHEMA_WITH_ROTATION = 2;

/** The first schema that records whether the store is in use, and when it was restored. */
export const FIRST_SCHEMA_WITH_STATE = 4;

/** Tables that Litestream makes in each database that it copies. https://litestream.io/how-it-works/ */
const OF_LITESTREAM = ["_litestream_seq", "_litestream_lock"];

interface SchemaRow {
  readonly name: string;
  readonly sql: string;
}

/**
 * A table, index or trigger that is missing, changed or not Publisher's, for the end of a sentence; null if there is
 * none. Without its triggers a store would let a revoked token come back.
 */
export function schemaFault(database: Database, version: number): string | null {
  using made = new Database(":memory:");
  for (const migration of MIGRATIONS.slice(0, version)) made.run(migration);
  const [expected, found] = [partsOf(made), partsOf(database)];
  const lacking = [...expected.keys()].find((name) => expected.get(name) !== found.get(name));
  if (lacking !== undefined) return `its part ${lacking} is missing or was changed`;
  const foreign = [...found].find(([name, sql]) => !expected.has(name) && !isOfLitestream(name, sql))?.[0];
  return foreign === undefined ? null : `its part ${foreign} is not Publisher's`;
}

function isOfLitestream(name: string, sql: string): boolean {
  return OF_LITESTREAM.includes(name) && sql.startsWith("CREATE TABLE ");
}

function partsOf(database: Database): Map<string, string> {
  const rows = database
    .query<SchemaRow, []>("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    .all();
  return new Map(rows.map(({ name, sql }) => [name, sql]));
}

/** A part of a migration. Each takes at most a few seconds with a million tokens. */
interface MigrationStep {
  /** The name of the step for people, such as "moving the tokens". */
  readonly work: string;
  readonly sql: string;
}

/** Called with the name of a step before it runs. */
export type OnStep = (work: string) => void;

/** A comment of this form begins a step of a migration, and names it. */
const STEP = /^-- Step: (.*)$/m;

/** The names of the steps from one schema to another. */
export function migrationSteps(from: number, to: number): readonly string[] {
  return MIGRATIONS.slice(from, to).flatMap((migration, index) =>
    stepsOf(migration, from + index + 1).map(({ work }) => work),
  );
}

function stepsOf(migration: string, version: number): readonly MigrationStep[] {
  const [whole = "", ...parts] = migration.split(STEP);
  if (parts.length === 0) return [{ work: `bringing the store to schema ${version}`, sql: whole }];
  return parts.flatMap((work, index) => (index % 2 === 0 ? [{ work, sql: parts[index + 1] ?? "" }] : []));
}

/** Brings a database to that schema in one transaction. */
export function migrate(database: Database, version: number, onStep: OnStep = () => undefined): void {
  const run = database.transaction(() => {
    for (let next = schemaVersion(database); next < version; next += 1) {
      for (const { work, sql } of stepsOf(MIGRATIONS[next] ?? "", next + 1)) {
        onStep(work);
        database.run(sql);
      }
      database.run(`PRAGMA user_version = ${next + 1}`);
    }
    database.run(`PRAGMA application_id = ${APPLICATION_ID}`);
  });
  if (schemaVersion(database) < version) run.immediate();
}

export function schemaVersion(database: Database): number {
  return pragma(database, "user_version");
}

export function pragma(database: Database, name: string): number {
  const row = database.query<Record<string, number>, []>(`PRAGMA ${name}`).get();
  return Number(Object.values(row ?? {})[0] ?? 0);
}
