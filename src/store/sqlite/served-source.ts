import type { Database } from "bun:sqlite";
import { StoreUnavailable } from "../../tokens/token-store.ts";
import type { ListSource } from "./list/list-rows.ts";
import type { Scans } from "./list/scans.ts";

/** The connections of a store, until it is found damaged: from then on each look at them throws StoreUnavailable. */
export class ServedSource implements ListSource {
  readonly #database: Database;
  readonly #scans: Scans;
  #isDamaged = false;

  constructor(database: Database, scans: Scans) {
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

  get scans(): Scans {
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
