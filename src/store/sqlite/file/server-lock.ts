import { Database, SQLiteError } from "bun:sqlite";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { reasonOf } from "../../../system-errors.ts";
import { StoreUnusable } from "../store-unusable.ts";
import type { DataDirectory } from "./data-directory.ts";
import { CHANGING, makeFile, withoutLinks } from "./database-file.ts";
import { closeToOthers } from "./file-safety.ts";

const STOP_OR_MOVE = "Stop that one first, or give this one another --data-dir.";

/** The advice where an older server runs on a store that needs a migration. */
export const STOP_TO_UPGRADE =
  "Stop that one first: this Publisher is newer, and has to bring the store to its schema.";

/** Work of other commands that takes the lock for a short time. */
type OtherWork = "restoring the store" | "bringing the store to a newer schema";

/** Begins such work in the file that names the holder. */
const OTHER_WORK = ", which is ";

/**
 * Keeps a second server off a data directory. It is an open transaction on a database of its own, which the
 * kernel ends with the process, however that dies: a file with a process id in it would stay.
 */
export class ServerLock {
  readonly #directory: DataDirectory;
  readonly #database: Database;

  readonly #work: OtherWork | null;

  private constructor(directory: DataDirectory, database: Database, work: OtherWork | null) {
    this.#directory = directory;
    this.#database = database;
    this.#work = work;
  }

  /** Throws StoreUnusable if another server holds the directory, naming it, or the directory cannot be written. */
  static take(directory: DataDirectory, advice = STOP_OR_MOVE, work: OtherWork | null = null): ServerLock {
    try {
      const hasStore = directory.holdsStore();
      const lock = new ServerLock(directory, locked(directory), work);
      if (hasStore) lock.nameHolder();
      return lock;
    } catch (error) {
      if (error instanceof StoreUnusable) throw error;
      if (error instanceof SQLiteError && error.code === "SQLITE_BUSY") {
        throw heldBy(holder(directory), directory, advice);
      }
      throw new StoreUnusable(`The data directory ${directory.path} cannot be written: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }

  /**
   * Writes the name of this process into a file, for a second server that is refused. `take` does so where there is a
   * store. Where there is none, call this once it is made: the file alone would mean that a store is missing. The lock
   * holds also where there is no space for the file.
   */
  nameHolder(): void {
    const path = this.#directory.lockHolder;
    const work = this.#work === null ? "" : OTHER_WORK + this.#work;
    try {
      rmSync(path, { force: true });
      writeFileSync(path, `process ${process.pid} on ${hostname()}${work}\n`, { flag: "wx", mode: 0o600 });
    } catch {
      return;
    }
  }

  release(): void {
    this.#database.close();
  }
}

function locked({ lock }: DataDirectory): Database {
  makeFile(lock);
  closeToOthers(lock);
  const database = new Database(withoutLinks(lock), CHANGING);
  try {
    database.run("PRAGMA busy_timeout = 0");
    // The lock writes nothing, so it needs no journal, which would need space on the disk.
    database.run("PRAGMA journal_mode = MEMORY");
    database.run("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function heldBy(holder: string, { path }: DataDirectory, advice: string): StoreUnusable {
  return new StoreUnusable(
    holder.includes(OTHER_WORK)
      ? `Another Publisher process is using the data directory ${path}: ${holder}. Try again when it is done.`
      : `Another Publisher server is running on the data directory ${path}: ${holder}. ${advice}`,
  );
}

function holder(directory: DataDirectory): string {
  try {
    return readFileSync(directory.lockHolder, "utf8").trim() || "an unknown process";
  } catch {
    return "an unknown process";
  }
}
