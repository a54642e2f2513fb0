/** How long a change waits in total for other changes and for other processes that write. */
const PATIENCE_MS = 5000;

export interface WriteOptions {
  /** How long to wait while another process writes; 5 seconds if left out. */
  readonly patienceMs?: number;
  /** Whether it may use the space that is reserved for revocations. */
  readonly usesReserve?: boolean;
  /** Whether it is long, so that it gets a transaction of its own. */
  readonly isLong?: boolean;
  /** Called as soon as the transaction is on disk, before anything else can read it. */
  readonly onWritten?: () => void;
}

/** A write in the queue of a Writer. It is answered once: by `answer` after its transaction, or by `reject`. */
export class WaitingWrite<T = unknown> {
  /** The result of the work, once it is on disk. */
  readonly written: Promise<T>;
  readonly usesReserve: boolean;
  readonly isLong: boolean;
  readonly patienceMs: number;
  /** Runs the work, in a transaction. Another run replaces the result: a transaction that is undone is tried again. */
  readonly run: () => void;
  readonly reject: (error: unknown) => void;
  /** Whether a transaction with it failed so that it may be on the disk after a crash. */
  isUncertain = false;
  readonly #deadline: number;
  readonly #onWritten: () => void;
  #resolve = (): void => undefined;

  constructor(work: () => T, options: WriteOptions = {}) {
    const { patienceMs = PATIENCE_MS, usesReserve = false, isLong = false, onWritten } = options;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.written = promise;
    this.reject = reject;
    this.usesReserve = usesReserve;
    this.isLong = isLong;
    this.patienceMs = patienceMs;
    this.#deadline = performance.now() + patienceMs;
    this.#onWritten = onWritten ?? (() => undefined);
    this.run = () => {
      const result = work();
      this.#resolve = () => resolve(result);
    };
  }

  get isPatient(): boolean {
    return performance.now() <= this.#deadline;
  }

  /** Returns an error of the work to the caller, and reports everything else as written. */
  fail(error: unknown): void {
    this.#resolve = () => this.reject(error);
  }

  /** Call it once the transaction is on disk. */
  answer(): void {
    try {
      this.#onWritten();
      this.#resolve();
    } catch (error) {
      this.reject(error);
    }
  }
}
