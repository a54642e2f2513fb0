import { type ScanRefusal, ScanRefused } from "../tokens/scan-refused.ts";

/** One that waits for its turn to scan. */
interface Waiting {
  readonly begin: () => void;
}

/** Scans that wait, first come first served: a few of them, each for a short time. */
export class ScanQueue {
  readonly #length: number;
  readonly #patienceMs: number;
  readonly #waiting = new Set<Waiting>();
  readonly #closed = new AbortController();

  constructor(length: number, patienceMs: number) {
    this.#length = length;
    this.#patienceMs = patienceMs;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Resolves when it is this one's turn. Throws ScanRefused where the queue is full, closed or too slow, or `signal` aborts. */
  async wait(signal: AbortSignal | null): Promise<void> {
    if (this.#waiting.size >= this.#length) throw new ScanRefused("too-many");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { begin: resolve };
    // It leaves in the same moment: a place that it were called to meanwhile would be lost.
    const leave = (reason: ScanRefusal) => {
      if (this.#waiting.delete(waiting)) reject(new ScanRefused(reason));
    };
    const abandon = () => leave("abandoned");
    const close = () => leave("closing");
    const timer = setTimeout(() => leave("too-many"), this.#patienceMs);
    signal?.addEventListener("abort", abandon);
    this.#closed.signal.addEventListener("abort", close);
    this.#waiting.add(waiting);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abandon);
      this.#closed.signal.removeEventListener("abort", close);
    }
  }

  /** Lets the first one begin. */
  callNext(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#waiting.delete(first);
    first.begin();
  }

  /** Refuses all that wait. */
  close(): void {
    this.#closed.abort();
  }
}
