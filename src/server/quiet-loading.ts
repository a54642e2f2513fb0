import type { Log } from "../log/log.ts";

/** Loading keeps a request waiting. So it begins after no request arrived for this long, in milliseconds. */
const QUIET_MS = 25;

interface QuietLoadingParts {
  /** The number of requests so far. */
  readonly requests: () => number;
  readonly load: () => Promise<void>;
  readonly log: Log;
}

/** Loads parts of the program that the first requests do not need, as soon as no request arrives for a moment. */
export class QuietLoading {
  readonly #parts: QuietLoadingParts;
  readonly #timer: NodeJS.Timeout;
  #seen = Number.NaN;

  constructor(parts: QuietLoadingParts, quietMs = QUIET_MS) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#loadIfQuiet(), quietMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #loadIfQuiet(): void {
    const { requests, load, log } = this.#parts;
    const seen = this.#seen;
    this.#seen = requests();
    if (this.#seen !== seen) return;
    this.stop();
    load().catch((error: unknown) => log.warn({ error }, "the schemas of requests cannot be loaded"));
  }
}
