import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import type { DataDirectory } from "../file/data-directory.ts";
import { playBackJournal } from "../file/hot-journal.ts";
import { SCHEMA_VERSION, schemaVersion } from "../schema.ts";
import { inspectDatabase } from "./inspection.ts";
import { refuseUnsound, withPlainErrors } from "./store-faults.ts";

/** A store of at most this size is checked wholly before it is served, which takes about 0.1 seconds. */
const CHECKED_FIRST_BYTES = 8 * 1024 * 1024;

/** The state of a store before it is served. */
export interface StartCheck {
  /** The schema of the store, or today's where there is none yet. */
  readonly schema: number;
  /** Whether every page and row was looked at. */
  readonly isWhole: boolean;
}

/**
 * Checks a store before it is served. Throws StoreUnusable if it cannot be used. Of a large store it reads the header and
 * the schema alone, so that a start takes the same time with any number of tokens: check it wholly while it is served.
 */
export function checkAtStart(directory: DataDirectory): StartCheck {
  if (!directory.holdsStore()) return { schema: SCHEMA_VERSION, isWhole: true };
  withPlainErrors(directory, () => playBackJournal(directory.database));
  const isSmall = statSync(directory.database).size <= CHECKED_FIRST_BYTES;
  const inspect = (database: Database): number => {
    if (isSmall) refuseUnsound(database, directory.database);
    return schemaVersion(database);
  };
  const schema = inspectDatabase(directory, inspect, { depth: isSmall ? "pages" : "schema" });
  return { schema, isWhole: isSmall };
}
