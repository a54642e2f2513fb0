import type { Database } from "bun:sqlite";
import { ScanRefused } from "../tokens/scan-refused.ts";
import { openReader } from "./reader.ts";

/** Connections that read one file: opened when first needed, and kept. The caller bounds how many read at once. */
export class ReaderPool {
  readonly #path: string;
  readonly #idle: Database[] = [];
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Runs `read` on one moment of the store. A connection on which it failed is not used again. */
  async withSnapshot<T>(read: (reader: Database) => Promise<T>): Promise<T> {
    const reader = this.#idle.pop() ?? openReader(this.#path);
    try {
      reader.run("BEGIN");
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

  /** An idle connection must hold no moment of the store: the -wal file could never be cut. */
  #takeBack(reader: Database): void {
    reader.run("ROLLBACK");
    if (this.#isClosed) reader.close();
    else this.#idle.push(reader);
  }
}
