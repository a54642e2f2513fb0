import type { DataDirectory } from "../file/data-directory.ts";
import type { Migration } from "../file/store-database.ts";
import { SCHEMA_VERSION } from "../schema.ts";
import { StoreDamaged, StoreUnusable } from "../store-unusable.ts";
import { backUp, fileTime } from "./backup.ts";

/** Makes a checked copy of a store in its directory before a migration. Throws StoreUnusable. */
export function copyBeforeMigration(directory: DataDirectory, from: number): Migration {
  const copy = `${directory.database}.schema-${from}-${fileTime(new Date())}`;
  try {
    backUp(directory, copy, () => undefined);
    return { from, copy };
  } catch (error) {
    if (!(error instanceof StoreUnusable) || error instanceof StoreDamaged) throw error;
    throw new StoreUnusable(
      `This version brings the store to schema ${SCHEMA_VERSION}, and keeps a copy of it before. ${error.message} ` +
        "Nothing was changed. Make room for a copy of the store, then start again.",
      { cause: error },
    );
  }
}
