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
  readonly #tooSlow: () => unknown;
  /** In the order of their beginning. */
  readonly #open = new Set<OpenBody>();
  #sweeping: NodeJS.Timeout | null = null;

  /** `tooSlow` makes the reason for which a slow body is rejected. */
  constructor(limits: BodyLimits, tooSlow: () => unknown) {
    this.#limits = limits;
    this.#tooSlow = tooSlow;
  }

  /** The number of bodies that have not arrived yet. */
  get size(): number {
    return this.#open.size;
  }

  /** Returns the body. Rejects with the error of reading it, or if it is too slow. */
  arrival<T>(reading: Promise<T>): Promise<T> {
    this.#sweeping ??= setInterval(() => this.#sweep(), this.#limits.sweepEveryMs).unref();
    return new Promise((resolve, reject) => {
      const body: OpenBody = { since: performance.now(), end: () => reject(this.#tooSlow()) };
      this.#open.add(body);
      reading.then(
        (arrived) => {
          this.#open.delete(body);
          resolve(arrived);
        },
        (error: unknown) => {
          this.#open.delete(body);
          reject(error);
        },
      );
    });
  }

  #sweep(): void {
    const earliest = performance.now() - this.#limits.limitMs;
    for (const body of this.#open) {
      if (body.since > earliest) return;
      this.#open.delete(body);
      body.end();
    }
    if (this.#open.size > 0 || this.#sweeping === null) return;
    clearInterval(this.#sweeping);
    this.#sweeping = null;
  }
}
