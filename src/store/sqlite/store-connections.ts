import type { Database } from "bun:sqlite";
import { StoreUnavailable } from "../../tokens/token-store.ts";
import type { ScanScheduler } from "./list/scan-scheduler.ts";

/** An open store. Short reads use its connection, long ones a scan. */
export interface ListSource {
  readonly database: Database;
  readonly scans: ScanScheduler;
}

/** The connections of a store. Once the store is found damaged, every use of them throws StoreUnavailable. */
export class StoreConnections implements ListSource {
  readonly #database: Database;
  readonly #scans: ScanScheduler;
  #isDamaged = false;

  constructor(database: Database, scans: ScanScheduler) {
    this.#database = database;
    this.#scans = scans;
  }

  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  get database(): Database {
    this.require();
    return this.#database;
  }

  get scans(): ScanScheduler {
    this.require();
    return this.#scans;
  }

  /** Serves nothing more, and ends the scans that go on. */
  markDamaged(): void {
    this.#isDamaged = true;
    this.#scans.close();
  }

  /** Throws StoreUnavailable if the store is damaged. */
  require(): void {
    if (this.#isDamaged) throw new StoreUnavailable("the store is damaged");
  }
}
