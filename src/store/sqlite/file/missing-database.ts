import { existsSync } from "node:fs";
import { basename } from "node:path";
import { StoreUnusable } from "../store-unusable.ts";
import type { DataDirectory } from "./data-directory.ts";

/**
 * Throws StoreUnusable where the database is missing, and files lie beside it that only a store leaves. A new store
 * would destroy the changes in a -wal file, and a -journal file would destroy the new store. Making a store leaves none
 * of these files before the database has its name.
 */
export function refuseMissingDatabase(directory: DataDirectory): void {
  const { database, firstToken, lockHolder } = directory;
  const beside = [`${database}-wal`, `${database}-shm`, `${database}-journal`, firstToken, lockHolder];
  const left = beside.filter((path) => existsSync(path));
  // Look at the database last: another process may make the store, and then these files, at this moment.
  if (left.length === 0 || directory.holdsStore()) return;
  throw new StoreUnusable(
    `${database} is missing, but files of a store lie beside it: ${left.map((path) => basename(path)).join(", ")}. ` +
      'Nothing was changed. Put the database back beside them, or run "publisher restore" with a backup. ' +
      "For a new store, move these files away, or choose another --data-dir.",
  );
}
