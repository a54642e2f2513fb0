import { existsSync } from "node:fs";
import { basename } from "node:path";
import { StoreUnusable } from "../store-unusable.ts";
import type { DataDirectory } from "./data-directory.ts";

/**
 * Throws StoreUnusable where the database is missing or empty, and files lie beside it that only a store leaves. A new
 * store in its place would destroy the changes in the -wal file. A first start makes none of these files before the
 * database has content, so one that was killed can begin again.
 */
export function refuseLeftovers(directory: DataDirectory): void {
  const { database, firstToken, lockHolder } = directory;
  const leftovers = [`${database}-wal`, `${database}-shm`, firstToken, lockHolder].filter((path) =>
    existsSync(path),
  );
  // Looked at last: another process may have made the store just now, and then these files.
  if (leftovers.length === 0 || directory.holdsStore()) return;
  const fault = existsSync(database) ? "is damaged: it has no content" : "is missing";
  throw new StoreUnusable(
    `${database} ${fault}, but files of a store lie beside it: ${leftovers.map((path) => basename(path)).join(", ")}. ` +
      'Nothing was changed. Put the database back beside them, or run "publisher restore" with a backup. ' +
      "For a new store, move these files away, or choose another --data-dir.",
  );
}
