type Answering = Response | Promise<Response>;

/** When requests came that had to wait, by performance.now(). */
const waitingSince = new WeakMap<Request, number>();

/** When a request came, by performance.now(). */
export function arrivalOf(request: Request): number {
  return waitingSince.get(request) ?? performance.now();
}

/** A request that waits: answers it once it is its turn. */
type Waiting = () => void;

/** How often the event loop shows that it turns while requests come in, in milliseconds. */
const SIGN_EVERY_MS = 5;

/** Without a sign for that long, requests wait. */
const LATE_MS = 10;

/** How many cheap requests are answered in one turn of the loop, beside one other request. */
const CHEAP_IN_TURN = 16;

/**
 * Lets requests wait for the event loop. Bun accepts connections until none is left, and calls the handler of each at
 * once: clients that open a connection for each request could keep it from ever coming back to timers, signals and the
 * connections that are open. So once the loop has not turned for 10 ms, requests wait in a queue. Each turn then
 * answers one of them, and more of the cheap ones: verification does not wait for lists.
 */
export class Turns {
  readonly #cheap: Waiting[] = [];
  readonly #others: Waiting[] = [];
  readonly #clock: () => number;
  /** Since when a sign of the loop is awaited; null while none is. */
  #since: number | null = null;

  /** `clock` gives milliseconds. */
  constructor(clock = () => performance.now()) {
    this.#clock = clock;
  }

  /** Answers a request at once, or when it is its turn. Where its client leaves before, it is not handled. */
  answer(request: Request, isCheap: boolean, handle: () => Answering): Answering {
    if (!this.#mustWait()) return handle();
    const { signal } = request;
    waitingSince.set(request, performance.now());
    return new Promise((resolve, reject) => {
      const waiting = () => {
        try {
          resolve(signal.aborted ? Response.error() : handle());
        } catch (error) {
          reject(error);
        }
      };
      (isCheap ? this.#cheap : this.#others).push(waiting);
      if (this.#cheap.length + this.#others.length === 1) setImmediate(this.#turn);
    });
  }

  #mustWait(): boolean {
    if (this.#cheap.length + this.#others.length > 0) return true;
    const now = this.#clock();
    if (this.#since !== null) return now - this.#since > LATE_MS;
    this.#since = now;
    setTimeout(this.#sign, SIGN_EVERY_MS);
    return false;
  }

  readonly #sign = () => {
    this.#since = null;
  };

  readonly #turn = () => {
    for (const answer of [...this.#cheap.splice(0, CHEAP_IN_TURN), ...this.#others.splice(0, 1)]) answer();
    if (this.#cheap.length + this.#others.length > 0) setImmediate(this.#turn);
  };
}
