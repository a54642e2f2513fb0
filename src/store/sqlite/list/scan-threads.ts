import type { ScanAnswer, ScanKind, ScanTask } from "./scan-task.ts";
import type { RefusalNow, ScanThread } from "./scan-thread.ts";

/** How long a thread without work stays. Its memory goes with it. */
const IDLE_MS = 60_000;

/** How long closing waits for scans under way. */
const END_MS = 1000;

/** Runs scans in other threads. The caller limits their number. */
export class ScanThreads {
  readonly #startThread: () => ScanThread;
  readonly #idleMs: number;
  readonly #idle: ScanThread[] = [];
  readonly #busy = new Set<ScanThread>();
  #idleTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(startThread: () => ScanThread, idleMs = IDLE_MS) {
    this.#startThread = startThread;
    this.#idleMs = idleMs;
  }

  /** The number of threads. */
  get size(): number {
    return this.#idle.length + this.#busy.size;
  }

  /**
   * Runs a scan in a thread of its own; throws as ScanThread does. Calls `onEnd` once the scan reads the store no more.
   * Mostly that is before this settles. SQLite goes on with its statement in a thread that was stopped, so then it is
   * later.
   */
  async run<Kind extends ScanKind>(
    task: () => ScanTask<Kind>,
    refusalNow: RefusalNow,
    onEnd: () => void = () => undefined,
  ): Promise<ScanAnswer<Kind>> {
    let thread: ScanThread | null = null;
    try {
      thread = this.#takeIdle() ?? this.#startThread();
      this.#busy.add(thread);
      return await thread.run(task(), refusalNow);
    } finally {
      this.#release(thread, onEnd);
    }
  }

  /** Stops idle threads, and the others when their scan has ended, which it does now. */
  close(): void {
    this.#isClosed = true;
    this.#stopIdle();
    for (const thread of this.#busy) thread.askToEnd();
  }

  /** Blocks until the scans under way have closed their connections, if that does not take too long. */
  waitUntilDone(): void {
    for (const thread of this.#busy) thread.waitUntilDone(END_MS);
  }

  /** A thread can stop by itself while it has no work. */
  #takeIdle(): ScanThread | null {
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop())
      if (thread.isUsable) return thread;
    return null;
  }

  #release(thread: ScanThread | null, onEnd: () => void): void {
    if (thread !== null && !thread.isUsable) {
      void thread.closed.then(() => {
        this.#busy.delete(thread);
        onEnd();
      });
      return;
    }
    if (thread !== null) this.#takeBack(thread);
    onEnd();
  }

  #takeBack(thread: ScanThread): void {
    this.#busy.delete(thread);
    if (this.#isClosed) thread.stop();
    else {
      this.#idle.push(thread);
      clearTimeout(this.#idleTimer);
      this.#idleTimer = setTimeout(() => this.#stopIdle(), this.#idleMs).unref();
    }
  }

  #stopIdle(): void {
    clearTimeout(this.#idleTimer);
    for (const thread of this.#idle.splice(0)) thread.stop();
  }
}
