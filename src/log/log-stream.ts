import { write } from "node:fs";

/** Lines are written together after this time: each write wakes another thread. */
const FLUSH_AFTER_MS = 50;

/** The pause after a full pipe, and after any failure while the process ends. */
const SOON_MS = 100;

/** The pause after a full or failing disk, and after a pipe without a reader. */
const FAILURE_MS = 1000;

/** The limit of waiting lines, in bytes. Above it, lines are dropped. */
const BACKLOG_LIMIT = 16 * 1024 * 1024;

/** The size of a new buffer, in bytes. */
const BUFFER_BYTES = 64 * 1024;

/** A buffer that a burst of lines has made larger than this is not used again. */
const REUSED_BYTES_MAX = 1024 * 1024;

/** The most bytes of UTF-8 for one UTF-16 unit. */
const BYTES_PER_UNIT_MAX = 3;

/** The longest wait at the end: a pipe may have no reader. */
const END_LIMIT_MS = 1000;

/** The used part of `write` of node:fs. */
export type Write = (
  fd: number,
  chunk: Uint8Array,
  done: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void;

/**
 * Writes lines to a file descriptor, several together, and blocks no request. After a failure it goes on in the middle of
 * a line. Above a limit it drops lines, and counts them in a line of their own once there is room.
 */
export class LogStream {
  readonly #fd: number;
  readonly #write: Write;
  /** The waiting lines, as bytes: thousands of strings that live until the next write would keep the garbage collector busy. */
  #waiting: Buffer = Buffer.alloc(0);
  #filled = 0;
  /** The buffer of the previous write. */
  #spare: Buffer | null = null;
  /** The bytes that are being written. */
  #writing = 0;
  #dropped = 0;
  #isBusy = false;
  #isClosed = false;
  /** Tries now, not later. */
  #tryNow: (() => void) | null = null;
  #whenDone: (() => void) | null = null;

  constructor(fd: number, writeTo: Write = write) {
    this.#fd = fd;
    this.#write = writeTo;
  }

  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#filled + this.#writing > BACKLOG_LIMIT) {
      this.#dropped += 1;
      return;
    }
    this.#add(line);
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#after(FLUSH_AFTER_MS, () => this.#flush());
  }

  /** Writes the waiting lines, for at most a second. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenDone = resolve;
      setTimeout(resolve, END_LIMIT_MS);
      if (!this.#isBusy) resolve();
      this.#tryNow?.();
    });
  }

  #add(line: string): void {
    const bytesMax = line.length * BYTES_PER_UNIT_MAX;
    if (this.#filled + bytesMax > this.#waiting.length) this.#makeRoomFor(bytesMax);
    this.#filled += this.#waiting.write(line, this.#filled);
  }

  #makeRoomFor(bytes: number): void {
    const size = Math.max(this.#filled + bytes, 2 * this.#waiting.length, BUFFER_BYTES);
    const larger = Buffer.allocUnsafeSlow(size);
    this.#waiting.copy(larger, 0, 0, this.#filled);
    this.#waiting = larger;
  }

  #flush(): void {
    if (this.#dropped > 0) this.#add(droppedLine(this.#dropped));
    this.#dropped = 0;
    if (this.#filled === 0) {
      this.#isBusy = false;
      this.#whenDone?.();
      return;
    }
    const full = this.#waiting;
    this.#writing = this.#filled;
    this.#waiting = this.#spare ?? Buffer.alloc(0);
    this.#spare = full.length > REUSED_BYTES_MAX ? null : full;
    this.#filled = 0;
    this.#put(full.subarray(0, this.#writing));
  }

  #put(chunk: Uint8Array): void {
    this.#write(this.#fd, chunk, (error, written) => {
      if (error?.code === "EBADF") this.#close();
      else if (error !== null || written === 0) this.#putLater(chunk, error?.code);
      else if (written < chunk.length) this.#put(chunk.subarray(written));
      else this.#written();
    });
  }

  #written(): void {
    this.#writing = 0;
    this.#flush();
  }

  #putLater(chunk: Uint8Array, code: string | undefined): void {
    const isSoon = code === "EAGAIN" || this.#whenDone !== null;
    this.#after(isSoon ? SOON_MS : FAILURE_MS, () => this.#put(chunk));
  }

  /** Stops for good: another file may get the number of the descriptor. */
  #close(): void {
    this.#isClosed = true;
    this.#isBusy = false;
    this.#filled = 0;
    this.#whenDone?.();
  }

  #after(delayMs: number, work: () => void): void {
    const now = () => {
      clearTimeout(timer);
      this.#tryNow = null;
      work();
    };
    const timer = setTimeout(now, delayMs).unref();
    this.#tryNow = now;
  }
}

function droppedLine(count: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: "warn", time, lines: count, message: "log lines were dropped" })}\n`;
}
