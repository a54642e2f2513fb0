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

  /** Runs a scan in a thread of its own; throws as ScanThread does. */
  async run<Kind extends ScanKind>(task: ScanTask<Kind>, refusalNow: RefusalNow): Promise<ScanAnswer<Kind>> {
    const thread = this.#idle.pop() ?? this.#startThread();
    this.#busy.add(thread);
    try {
      return await thread.run(task, refusalNow);
    } finally {
      this.#busy.delete(thread);
      this.#takeBack(thread);
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

  #takeBack(thread: ScanThread): void {
    if (this.#isClosed) thread.stop();
    else if (thread.isUsable) {
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
