import { statSync } from "node:fs";
import type { DataDirectory } from "../file/data-directory.ts";
import { playBackJournal } from "../file/hot-journal.ts";
import { SCHEMA_VERSION, schemaVersion } from "../schema.ts";
import { inspectDatabase } from "./inspection.ts";
import { refuseUnsound, withPlainErrors } from "./store-faults.ts";

/** Up to this size a store is checked wholly before it is served: that takes some 0.1 seconds. */
const CHECKED_FIRST_BYTES = 8 * 1024 * 1024;

/** The state of a store before it is served. */
export interface StartCheck {
  /** The schema of the store, or today's where there is none yet. */
  readonly schema: number;
  /** Whether every page and row was looked at. */
  readonly isWhole: boolean;
}

/**
 * Looks at a store before it is served. Throws StoreUnusable if it cannot be. A large one gets a first look alone, and
 * has to be checked wholly while it is served.
 */
export function checkAtStart(directory: DataDirectory): StartCheck {
  if (!directory.holdsStore()) return { schema: SCHEMA_VERSION, isWhole: true };
  withPlainErrors(directory, () => playBackJournal(directory.database));
  const isSmall = statSync(directory.database).size <= CHECKED_FIRST_BYTES;
  const schema = inspectDatabase(directory, (database) => {
    if (isSmall) refuseUnsound(database, directory.database);
    return schemaVersion(database);
  });
  return { schema, isWhole: isSmall };
}
