import { Database, SQLiteError } from "bun:sqlite";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import type { DataDirectory } from "./data-directory.ts";
import { reasonOf } from "./reason.ts";
import { StoreUnusable } from "./store-unusable.ts";

const STOP_OR_MOVE = "Stop that one first, or give this one another --data-dir.";

/**
 * Keeps a second server off a data directory. It is an open transaction on a database of its own, which the
 * kernel ends with the process, however that dies: a file with a process id in it would stay.
 */
export class ServerLock {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Throws StoreUnusable if another server holds the directory, naming it, or the directory cannot be written. */
  static take(directory: DataDirectory, advice = STOP_OR_MOVE): ServerLock {
    try {
      const database = new Database(directory.lock, { create: true });
      database.run("PRAGMA busy_timeout = 0");
      // The lock writes nothing, so it needs no journal, which would need space on the disk.
      database.run("PRAGMA journal_mode = MEMORY");
      database.run("BEGIN EXCLUSIVE");
      chmodSync(directory.lock, 0o600);
      tellHolder(directory);
      return new ServerLock(database);
    } catch (error) {
      if (error instanceof SQLiteError && error.code === "SQLITE_BUSY") {
        throw new StoreUnusable(
          `Another Publisher server is running on the data directory ${directory.path}: ${holder(directory)}. ` +
            advice,
        );
      }
      throw new StoreUnusable(`The data directory ${directory.path} cannot be written: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }

  release(): void {
    this.#database.close();
  }
}

/** The lock holds also where a full disk has no space for the name of its holder. */
function tellHolder({ lockHolder }: DataDirectory): void {
  try {
    writeFileSync(lockHolder, `process ${process.pid} on ${hostname()}\n`, { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

function holder(directory: DataDirectory): string {
  try {
    return readFileSync(directory.lockHolder, "utf8").trim() || "an unknown process";
  } catch {
    return "an unknown process";
  }
}
