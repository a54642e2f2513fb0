import type { Log } from "../log/log.ts";
import type { SqliteTokenStore } from "../store/sqlite/sqlite-token-store.ts";

/** How long a -wal file may lie there after the last change, at least. */
const TIDY_EVERY_MS = 5000;

/** Keeps the -wal file of the store small. Logs once where another program keeps it from being cut. */
export class WalTidying {
  readonly #store: Pick<SqliteTokenStore, "tidyWal">;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #isHeld = false;

  constructor(store: Pick<SqliteTokenStore, "tidyWal">, log: Log, everyMs = TIDY_EVERY_MS) {
    this.#store = store;
    this.#log = log;
    this.#timer = setInterval(() => this.#tidy(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tidy(): void {
    const oversized = this.#store.tidyWal();
    const isHeld = oversized !== null;
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (oversized === null) this.#log.info("the -wal file is within its limit again");
    else
      this.#log.warn(
        { bytes: oversized.size, limit_bytes: oversized.limit },
        "the -wal file is larger than its limit and cannot be emptied now: another process reads the store, such as a check, a backup or another program",
      );
  }
}
