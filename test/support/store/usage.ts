import type { Database } from "bun:sqlite";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import type { Usage, UsageReport } from "../../../src/tokens/usage/usage.ts";
import type { Bucket } from "../../../src/tokens/usage/usage-period.ts";
import type { HourOfUse, UsageStore } from "../../../src/tokens/usage/usage-store.ts";
import { outcomeOf } from "./store.ts";

/** A store that fails when a test says so. */
export class UnsteadyUsageStore implements UsageStore {
  /** How many portions it takes before it fails. */
  portionsLeft = Number.POSITIVE_INFINITY;
  failures = 0;
  readonly #store: UsageStore;
  readonly read: UsageStore["read"];
  readonly forget: UsageStore["forget"];

  constructor(store: UsageStore) {
    this.#store = store;
    this.read = store.read.bind(store);
    this.forget = store.forget.bind(store);
  }

  async add(uses: readonly HourOfUse[], onWritten: () => void): Promise<void> {
    if (this.portionsLeft === 0) {
      this.failures += 1;
      throw new StoreUnavailable("there is no space");
    }
    this.portionsLeft -= 1;
    await this.#store.add(uses, onWritten);
  }
}

/** The uses up to now; of all tokens without ids. */
export async function reported(
  usage: Usage,
  bucket: Bucket,
  ids: readonly string[] | null = null,
): Promise<UsageReport> {
  return outcomeOf(await usage.report({ bucket, ids, from: null, to: null }));
}

/** Every counter of the file. */
export function counters(database: Database): readonly Readonly<Record<string, unknown>>[] {
  return database
    .query<Record<string, unknown>, []>("SELECT * FROM token_use ORDER BY bucket, start, token")
    .all();
}
