/** The indexes of the numbers that threads share. */
const HAS_TO_END = 0;
const IS_BUSY = 1;

/** A scan ends because the main thread asks for it. */
export class ScanEnded extends Error {
  override readonly name = "ScanEnded";
}

/** Memory that the main thread shares with one thread of scans. A scan sees it while it reads; a message would wait. */
export class ScanSignals {
  readonly shared: Int32Array<SharedArrayBuffer>;

  constructor(shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))) {
    this.shared = shared;
  }

  /** Call it before a scan is sent to the thread. */
  begin(): void {
    Atomics.store(this.shared, HAS_TO_END, 0);
    Atomics.store(this.shared, IS_BUSY, 1);
  }

  /** Asks the scan to end. */
  askToEnd(): void {
    Atomics.store(this.shared, HAS_TO_END, 1);
  }

  /** Throws ScanEnded if the scan has to end. */
  readonly check = (): void => {
    if (Atomics.load(this.shared, HAS_TO_END) === 1) throw new ScanEnded();
  };

  /** Call it in the thread once the scan has closed its connection. */
  done(): void {
    Atomics.store(this.shared, IS_BUSY, 0);
    Atomics.notify(this.shared, IS_BUSY);
  }

  /** Blocks until the scan has closed its connection, at most so long. */
  waitUntilDone(timeoutMs: number): void {
    Atomics.wait(this.shared, IS_BUSY, 1, timeoutMs);
  }
}
