import { Database } from "bun:sqlite";
import { MIGRATIONS } from "./migrations/index.ts";

/** Marks the file as Publisher's: "Publ" in ASCII. https://www.sqlite.org/pragma.html#pragma_application_id */
export const APPLICATION_ID = 0x5075626c;

/** The schema that this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

interface SchemaRow {
  readonly name: string;
  readonly sql: string;
}

/**
 * What a store lacks, or has beside, of the tables, indices and triggers that its schema version makes; null if
 * nothing. Without its triggers a store would let a revoked token come back.
 */
export function schemaFault(database: Database, version: number): string | null {
  using made = new Database(":memory:");
  for (const migration of MIGRATIONS.slice(0, version)) made.run(migration);
  const [expected, found] = [partsOf(made), partsOf(database)];
  const lacking = [...expected.keys()].find((name) => expected.get(name) !== found.get(name));
  if (lacking !== undefined) return `its part ${lacking} is missing or was changed`;
  const foreign = [...found.keys()].find((name) => !expected.has(name));
  return foreign === undefined ? null : `its part ${foreign} is not Publisher's`;
}

function partsOf(database: Database): Map<string, string> {
  const rows = database
    .query<SchemaRow, []>("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    .all();
  return new Map(rows.map(({ name, sql }) => [name, sql]));
}

export function schemaVersion(database: Database): number {
  return pragma(database, "user_version");
}

export function pragma(database: Database, name: string): number {
  const row = database.query<Record<string, number>, []>(`PRAGMA ${name}`).get();
  return Number(Object.values(row ?? {})[0] ?? 0);
}
