import type { Database } from "bun:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { ScanRefused } from "../../../tokens/listing/scan-error.ts";
import { openReader } from "../file/reader.ts";
import { isBusy } from "../sqlite-errors.ts";

/** How long a read waits for another process that opens, recovers or closes the store. */
const PATIENCE_MS = 5000;
const RETRY_MS = 10;

/** Connections that read one file, opened when first needed. The caller limits the number of them. */
export class ReaderPool {
  readonly #path: string;
  readonly #idle: Database[] = [];
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Runs `read` on a snapshot of the store. After a failure, the connection is not used again. */
  async withSnapshot<T>(read: (reader: Database) => Promise<T>): Promise<T> {
    const reader = this.#idle.pop() ?? openReader(this.#path);
    try {
      reader.run("BEGIN");
      if (!hasBegun(reader)) await untilBegun(reader);
      const found = await read(reader);
      this.#takeBack(reader);
      return found;
    } catch (error) {
      if (error instanceof ScanRefused) this.#takeBack(reader);
      else reader.close();
      throw error;
    }
  }

  /** Closes the idle connections at once, and each other one when its reading ends. */
  close(): void {
    this.#isClosed = true;
    for (const reader of this.#idle.splice(0)) reader.close();
  }

  /** An idle connection must hold no snapshot: the -wal file could never be cut. */
  #takeBack(reader: Database): void {
    reader.run("ROLLBACK");
    if (this.#isClosed) reader.close();
    else this.#idle.push(reader);
  }
}

/** Begins the snapshot. False where another process holds a lock. */
function hasBegun(reader: Database): boolean {
  try {
    reader.query("SELECT count(*) FROM sqlite_schema").get();
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

/** Waits while other work runs. After that the read itself fails as busy. */
async function untilBegun(reader: Database): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!hasBegun(reader) && performance.now() <= deadline) await pause(RETRY_MS);
}
