/** The limits of bodies, in milliseconds. */
export interface BodyLimits {
  /** The time for a body to arrive. */
  readonly limitMs: number;
  /** A body that is too slow ends this much later at most. */
  readonly sweepEveryMs: number;
}

/** A body that has not arrived yet. */
interface OpenBody {
  /** By performance.now(). */
  readonly since: number;
  readonly end: () => void;
}

/**
 * Ends bodies that arrive too slowly. One timer sweeps over all of them: a timer for each costs as much as the rest of
 * reading.
 */
export class BodyDeadlines {
  readonly #limits: BodyLimits;
  readonly #tooSlow: () => Error;
  /** In the order of their beginning. */
  readonly #open = new Set<OpenBody>();
  #sweeping: NodeJS.Timeout | null = null;

  /** `tooSlow` makes the error for a body that is too slow. */
  constructor(limits: BodyLimits, tooSlow: () => Error) {
    this.#limits = limits;
    this.#tooSlow = tooSlow;
  }

  /** The number of bodies that have not arrived yet. */
  get size(): number {
    return this.#open.size;
  }

  /** Returns the body. Rejects with the error of reading it, or if it is too slow. */
  async arrival<T>(reading: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const body: OpenBody = { since: performance.now(), end: () => reject(this.#tooSlow()) };
    this.#open.add(body);
    this.#sweeping ??= setInterval(() => this.#sweep(), this.#limits.sweepEveryMs).unref();
    reading.then(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#open.delete(body);
    }
  }

  #sweep(): void {
    const earliest = performance.now() - this.#limits.limitMs;
    for (const { since, end } of this.#open) {
      if (since > earliest) return;
      end();
    }
    if (this.#open.size > 0 || this.#sweeping === null) return;
    clearInterval(this.#sweeping);
    this.#sweeping = null;
  }
}
