import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "../log/log.ts";
import type { Usage } from "../tokens/usage/usage.ts";

/** How long a use may be only in memory, without the time of writing. More often wears disks out. */
export const FLUSH_EVERY_MS = 60_000;

/** How soon it is tried again after it failed. */
const TRY_AGAIN_MS = 2000;

/** How long a stopping server tries, where another process has the store or there is no space. */
const PATIENCE_MS = 1000;
const RETRY_MS = 50;

/** Writes uses into the store every now and then. Logs a failure once, and its end. */
export class UsageFlushing {
  readonly #usage: Usage;
  readonly #log: Log;
  readonly #everyMs: number;
  readonly #tryAgainMs: number;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #isTroubled = false;

  constructor(usage: Usage, log: Log, everyMs = FLUSH_EVERY_MS, tryAgainMs = TRY_AGAIN_MS) {
    this.#usage = usage;
    this.#log = log;
    this.#everyMs = everyMs;
    this.#tryAgainMs = tryAgainMs;
    this.#running = this.#run();
  }

  /** Writes all uses, once no more are recorded. Uses that cannot be written within a second are lost. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await this.#flush("all")) && performance.now() < deadline) await pause(RETRY_MS);
    const { unwritten } = this.#usage;
    if (unwritten > 0)
      this.#log.warn({ uses: unwritten }, "uses of tokens could not be written and are lost");
  }

  async #run(): Promise<void> {
    while (await this.#rested()) await this.#flush();
  }

  async #rested(): Promise<boolean> {
    const { signal } = this.#stopping;
    await pause(this.#isTroubled ? this.#tryAgainMs : this.#everyMs, null, { signal }).catch(() => null);
    return !signal.aborted;
  }

  async #flush(lastUses: "due" | "all" = "due"): Promise<boolean> {
    try {
      await this.#usage.flush(lastUses);
    } catch (error) {
      if (!this.#isTroubled)
        this.#log.warn({ error }, "uses of tokens cannot be written now; they are kept in memory meanwhile");
      this.#isTroubled = true;
      return false;
    }
    if (this.#isTroubled) this.#log.info("uses of tokens are written again");
    this.#isTroubled = false;
    return true;
  }
}
