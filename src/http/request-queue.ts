export type Answering = Response | Promise<Response>;

/** Answers a request, which arrived at that time of the queue's clock. */
type Handle<Received extends Request> = (request: Received, arrivedAt: number) => Answering;

/** A name of the connection of a request that no other connection has; null if there is none. */
export type ConnectionOf = (request: Request) => string | null;

export interface RequestQueueParts {
  readonly connectionOf: ConnectionOf;
  readonly isCheap: (request: Request) => boolean;
  /** Answers a request in the place of its handler. */
  readonly refuse: Handle<Request>;
}

/** A request that waits: answers it once it is its turn. */
type Waiting = () => void;

/** While requests come in, a timer of this many milliseconds shows that the event loop turns. */
const SIGN_EVERY_MS = 5;

/** A timer that is later than this, in milliseconds, is late. Requests wait after it was late twice in a row. */
const LATE_MS = 50;

/**
 * Requests that came in one piece on one connection do not wait for that long, in milliseconds. Bun may close the
 * connection if it has more requests while an answer is under way.
 */
const PIPELINE_MS = 500;

/** The most other requests that wait. Their clients may be gone: Bun cannot tell them from clients that send more. */
const OTHERS_LIMIT = 1000;

/** The number of cheap requests that one turn of the loop answers, beside one other request. */
const CHEAP_IN_TURN = 16;

/**
 * Makes requests wait for the event loop. Bun accepts all new connections first, and calls the handler of each at once.
 * So clients that open a connection for each request could keep Bun away from timers, signals and open connections. If
 * the loop has not turned for 100 ms, requests wait in a queue. Each turn then answers one of them, and more of the cheap
 * ones: verification does not wait for lists.
 */
export class RequestQueue {
  readonly #cheap: Waiting[] = [];
  readonly #others: Waiting[] = [];
  readonly #parts: RequestQueueParts;
  readonly #clock: () => number;
  /** The time since which the queue waits for a sign of the loop; null while it does not wait. */
  #since: number | null = null;
  #isSecondChance = false;
  #previous: Request | null = null;

  /** `clock` gives milliseconds. */
  constructor(parts: RequestQueueParts, clock = () => performance.now()) {
    this.#parts = parts;
    this.#clock = clock;
  }

  /** Answers a request at once, or when it is its turn; by `refuse` if too many others wait. */
  answer<Received extends Request>(request: Received, handle: Handle<Received>): Answering {
    const arrivedAt = this.#clock();
    const mustWait = this.#mustWait(request, arrivedAt);
    this.#previous = request;
    if (!mustWait) return handle(request, arrivedAt);
    if (this.#parts.isCheap(request)) return this.#later(this.#cheap, () => handle(request, arrivedAt));
    if (this.#others.length < OTHERS_LIMIT)
      return this.#later(this.#others, () => handle(request, arrivedAt));
    return this.#later(this.#cheap, () => this.#parts.refuse(request, arrivedAt));
  }

  #later(queue: Waiting[], answer: () => Answering): Promise<Response> {
    return new Promise((resolve, reject) => {
      queue.push(() => {
        try {
          resolve(answer());
        } catch (error) {
          reject(error);
        }
      });
      if (this.#cheap.length + this.#others.length === 1) setImmediate(this.#turn);
    });
  }

  #mustWait(request: Request, now: number): boolean {
    if (this.#cheap.length + this.#others.length > 0) return true;
    if (this.#since !== null) return this.#isLate(now - this.#since, request);
    this.#since = now;
    setTimeout(this.#sign, SIGN_EVERY_MS);
    return false;
  }

  #isLate(lateMs: number, request: Request): boolean {
    if (lateMs <= LATE_MS) return false;
    // The loop may have turned just now: Bun handles the requests that came meanwhile before the sign.
    if (!this.#isSecondChance) {
      this.#isSecondChance = true;
      this.#since = this.#clock();
      return false;
    }
    if (lateMs > PIPELINE_MS || this.#previous === null) return true;
    const connection = this.#parts.connectionOf(request);
    return connection === null || connection !== this.#parts.connectionOf(this.#previous);
  }

  readonly #sign = () => {
    this.#since = null;
    this.#isSecondChance = false;
  };

  readonly #turn = () => {
    for (const answer of [...this.#cheap.splice(0, CHEAP_IN_TURN), ...this.#others.splice(0, 1)]) answer();
    if (this.#cheap.length + this.#others.length > 0) setImmediate(this.#turn);
  };
}
