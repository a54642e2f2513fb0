import type { ScanCaller } from "../../../tokens/listing/scan-caller.ts";
import { type ScanRefusal, ScanRefused } from "../../../tokens/listing/scan-error.ts";

/** The id of a caller's token; null for Publisher itself. */
export type CallerId = string | null;

export interface QueueLimits {
  /** The most scans that may wait. */
  readonly queueLength: number;
  /** The most scans of one caller that may wait. */
  readonly queueLengthPerCaller: number;
  /** How long each may wait, in milliseconds. */
  readonly queueMs: number;
}

/** A scan that waits for its turn. */
interface Waiting {
  readonly begin: () => void;
}

/** The scans that wait. Callers take turns; the scans of one caller begin in order. */
export class ScanQueue {
  readonly #limits: QueueLimits;
  /** The next caller comes first. No caller has an empty set. */
  readonly #byCaller = new Map<CallerId, Set<Waiting>>();
  readonly #closed = new AbortController();

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** The callers with a waiting scan, the next one first. */
  get callers(): readonly CallerId[] {
    return [...this.#byCaller.keys()];
  }

  /** Resolves when the turn of this scan comes. Throws ScanRefused if the queue is full, closed or too slow, or the signal aborts. */
  async wait(caller: ScanCaller | null): Promise<void> {
    const id = caller?.token ?? null;
    if (this.#isFull(id)) throw new ScanRefused("too-many");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { begin: resolve };
    // Leaves the queue at once: otherwise it could be called meanwhile, and its place would be lost.
    const leave = (reason: ScanRefusal) => {
      if (this.#remove(id, waiting)) reject(new ScanRefused(reason));
    };
    const abandon = () => leave("abandoned");
    const close = () => leave("closing");
    const timer = setTimeout(() => leave("too-many"), this.#limits.queueMs);
    caller?.signal.addEventListener("abort", abandon);
    this.#closed.signal.addEventListener("abort", close);
    this.#add(id, waiting);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      caller?.signal.removeEventListener("abort", abandon);
      this.#closed.signal.removeEventListener("abort", close);
    }
  }

  /** Lets the first scan of a caller begin. The next turn of this caller comes after all others. */
  call(id: CallerId): void {
    const scans = this.#byCaller.get(id);
    const [first] = scans ?? [];
    if (scans === undefined || first === undefined) return;
    this.#remove(id, first);
    if (this.#byCaller.delete(id)) this.#byCaller.set(id, scans);
    first.begin();
  }

  /** Refuses all waiting scans. */
  close(): void {
    this.#closed.abort();
  }

  #isFull(id: CallerId): boolean {
    const own = this.#byCaller.get(id)?.size ?? 0;
    const all = [...this.#byCaller.values()].reduce((total, { size }) => total + size, 0);
    return all >= this.#limits.queueLength || (id !== null && own >= this.#limits.queueLengthPerCaller);
  }

  #add(id: CallerId, waiting: Waiting): void {
    const scans = this.#byCaller.get(id) ?? new Set();
    this.#byCaller.set(id, scans.add(waiting));
  }

  #remove(id: CallerId, waiting: Waiting): boolean {
    const scans = this.#byCaller.get(id);
    const isRemoved = scans?.delete(waiting) === true;
    if (scans?.size === 0) this.#byCaller.delete(id);
    return isRemoved;
  }
}
