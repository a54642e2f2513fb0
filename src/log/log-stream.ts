import { write } from "node:fs";

/** Lines are written together after this time: each write wakes another thread. */
const FLUSH_AFTER_MS = 50;

/** The pause after a full pipe, and after any failure while the process ends. */
const SOON_MS = 100;

/** The pause after a full or failing disk, and after a pipe without a reader. */
const FAILURE_MS = 1000;

/** The limit of waiting text, in UTF-16 units. Above it, lines are dropped. */
const BACKLOG_LIMIT = 16 * 1024 * 1024;

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
  #lines: string[] = [];
  /** The UTF-16 units of all waiting lines, and of the part that is being written. */
  #length = 0;
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
    if (this.#length > BACKLOG_LIMIT) {
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
    this.#lines.push(line);
    this.#length += line.length;
  }

  #flush(): void {
    if (this.#dropped > 0) this.#add(droppedLine(this.#dropped));
    this.#dropped = 0;
    if (this.#lines.length === 0) {
      this.#isBusy = false;
      this.#whenDone?.();
      return;
    }
    const text = this.#lines.join("");
    this.#lines = [];
    this.#writing = text.length;
    this.#put(Buffer.from(text));
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
    this.#length -= this.#writing;
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
    this.#lines = [];
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
