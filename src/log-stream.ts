import { write } from "node:fs";

/** How long a line waits for others to be written with: each write wakes another thread, which costs. */
const FLUSH_AFTER_MS = 50;

/** How long a full pipe is left alone. */
const RETRY_AFTER_MS = 100;

/** What may wait for a reader that is slower than the server, in UTF-16 units; beyond it, lines are dropped. */
const BACKLOG_LIMIT = 16 * 1024 * 1024;

/** How long an ending process waits: there may be nobody who reads. */
const END_LIMIT_MS = 1000;

/**
 * Writes lines to a file descriptor, several together, beside the requests and not in them. Where nobody reads
 * them they are dropped; the server goes on.
 */
export class LogStream {
  readonly #fd: number;
  #lines: string[] = [];
  #length = 0;
  #dropped = 0;
  #isBusy = false;
  #whenIdle: (() => void) | null = null;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(line: string): void {
    if (this.#length > BACKLOG_LIMIT) {
      this.#dropped += 1;
      return;
    }
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#isBusy) return;
    this.#isBusy = true;
    setTimeout(() => this.#flush(), FLUSH_AFTER_MS).unref();
  }

  /** Writes out what still waits, for a second at most. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      setTimeout(resolve, END_LIMIT_MS);
      if (!this.#isBusy) resolve();
    });
  }

  #flush(): void {
    if (this.#lines.length === 0) {
      this.#isBusy = false;
      this.#whenIdle?.();
      return;
    }
    if (this.#dropped > 0) this.#lines.push(droppedLine(this.#dropped));
    const chunk = Buffer.from(this.#lines.join(""));
    this.#lines = [];
    this.#length = 0;
    this.#dropped = 0;
    this.#put(chunk);
  }

  #put(chunk: Uint8Array): void {
    write(this.#fd, chunk, (error, written) => {
      if (error?.code === "EAGAIN") setTimeout(() => this.#put(chunk), RETRY_AFTER_MS).unref();
      else if (error === null && written < chunk.length) this.#put(chunk.subarray(written));
      else this.#flush();
    });
  }
}

function droppedLine(count: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: "warn", time, lines: count, message: "log lines were dropped" })}\n`;
}
