import { type ScanRefusal, ScanRefused } from "../../../tokens/listing/scan-error.ts";
import { StoreUnavailable } from "../../../tokens/token-store.ts";
import { errorOf, type ScanOutcome, type ScanSetup } from "./scan-message.ts";
import { ScanSignals } from "./scan-signals.ts";
import { type ScanAnswer, type ScanKind, type ScanTask, taskText } from "./scan-task.ts";
import type { SharedCounter } from "./shared-counter.ts";

/** Build.ts adds this file to the executable, in the folder of all code: so one address serves there and in the sources. */
const WORKER = new URL("./scan-worker.ts", import.meta.url).href;

/** How often the main thread looks whether a scan has to end. */
const LOOK_EVERY_MS = 20;

/** How long a scan may take to end. After that its thread is stopped. */
const GRACE_MS = 1000;

/** Why a scan has to end now; null if it may go on. */
export type RefusalNow = () => ScanRefusal | null;

/** One thread that runs scans, one at a time. It is not usable after a failure of the thread itself. */
export class ScanThread {
  readonly #worker: Worker;
  readonly #signals = new ScanSignals();
  #running: PromiseWithResolvers<ScanOutcome> | null = null;
  #isUsable = true;
  readonly #closed = Promise.withResolvers<void>();

  /** For the database file at `path`. Starting takes a few milliseconds, which a scan waits for. */
  constructor(path: string, writes: SharedCounter, worker = startWorker()) {
    this.#worker = worker;
    this.#worker.unref();
    this.#worker.onmessage = ({ data }: MessageEvent<ScanOutcome>) => this.#running?.resolve(data);
    this.#worker.onerror = ({ message }) => this.#fail(stopped(message));
    this.#worker.addEventListener("close", () => {
      this.#fail(stopped("no error is known"));
      this.#closed.resolve();
    });
    const setup: ScanSetup = { path, signals: this.#signals.shared, writes: writes.shared };
    this.#worker.postMessage(setup);
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Resolves when the thread has ended. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Runs a scan to its end. Throws ScanRefused after `refusalNow` gives a reason to end it. */
  async run<Kind extends ScanKind>(task: ScanTask<Kind>, refusalNow: RefusalNow): Promise<ScanAnswer<Kind>> {
    const outcome = await this.#outcome(taskText(task), refusalNow);
    switch (outcome.kind) {
      case "answer":
        return JSON.parse(outcome.json);
      case "ended":
        throw new ScanRefused(refusalNow() ?? "closing");
      case "failed":
        throw errorOf(outcome.failure);
    }
  }

  /** Asks the scan under way to end. */
  askToEnd(): void {
    this.#signals.askToEnd();
  }

  /** Blocks until the scan under way has closed its connection, at most so long. */
  waitUntilDone(timeoutMs: number): void {
    if (this.#running !== null && this.isUsable) this.#signals.waitUntilDone(timeoutMs);
  }

  stop(): void {
    this.#worker.terminate();
  }

  async #outcome(task: string, refusalNow: RefusalNow): Promise<ScanOutcome> {
    this.#running = Promise.withResolvers();
    this.#signals.begin();
    this.#worker.postMessage(task);
    const timer = this.#watch(refusalNow);
    try {
      return await this.#running.promise;
    } finally {
      clearInterval(timer);
      this.#running = null;
    }
  }

  /** Ends the scan once there is a reason. The timer also keeps a command from ending: the thread alone does not. */
  #watch(refusalNow: RefusalNow): NodeJS.Timeout {
    let leftMs = GRACE_MS;
    return setInterval(() => {
      const refusal = refusalNow();
      if (refusal === null) return;
      this.askToEnd();
      leftMs -= LOOK_EVERY_MS;
      if (leftMs < 0) this.#fail(new ScanRefused(refusal));
    }, LOOK_EVERY_MS);
  }

  #fail(error: StoreUnavailable): void {
    this.#isUsable = false;
    this.#running?.reject(error);
    this.stop();
  }
}

/** Starts the thread without the environment: it has secrets that no scan needs. */
function startWorker(): Worker {
  return new Worker(WORKER, { env: {} });
}

function stopped(reason: string): StoreUnavailable {
  return new StoreUnavailable("the store cannot be used now", {
    cause: new Error(`the thread of a scan stopped: ${reason}`),
  });
}
