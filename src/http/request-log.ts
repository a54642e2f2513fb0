import type { Log } from "../log/log.ts";
import { RequestLines } from "./request-line.ts";
import { type LoggedRequest, RequestSums } from "./request-log-sums.ts";

/** The time for which requests are counted before their sums are logged. */
const SUM_MS = 60_000;

/** The sums may be logged this much later. */
const CHECK_EVERY_MS = 1000;

export interface RequestLogParts {
  readonly log: Log;
  /** The stream of that log. */
  readonly stream: { readonly write: (line: string) => void };
  /** In milliseconds. It never goes back. */
  readonly clock: () => number;
  readonly checkEveryMs?: number;
}

/** The sums of the current minute. */
interface Minute {
  /** By the clock. */
  readonly startedAt: number;
  readonly sums: RequestSums;
  /** Ends the minute, also if no further request comes. */
  readonly timer: NodeJS.Timeout;
}

/**
 * Logs requests, each in a line while they are few. If many requests in a minute have no token or a refused one, the
 * first ones have lines and the others are counted in a sum, so that nobody can fill the disk. A request with a good
 * token always has its line. At the level `debug` every request has one.
 */
export class RequestLog {
  readonly #log: Log;
  readonly #stream: RequestLogParts["stream"];
  readonly #clock: () => number;
  readonly #lines = new RequestLines();
  readonly #hasLines: boolean;
  readonly #sumsUp: boolean;
  readonly #checkEveryMs: number;
  #minute: Minute | null = null;

  constructor({ log, stream, clock, checkEveryMs = CHECK_EVERY_MS }: RequestLogParts) {
    this.#log = log;
    this.#stream = stream;
    this.#hasLines = log.isLevelEnabled("info");
    this.#clock = clock;
    this.#sumsUp = !log.isLevelEnabled("debug");
    this.#checkEveryMs = checkEveryMs;
  }

  /** Logs a request with the status of its answer. */
  answered(request: LoggedRequest, method: string, status: number, durationMs: number): void {
    if (this.#sumsUp && !isLetIn(request) && !this.#currentSums().hasLine(request, status)) return;
    const { traceId, requestId, outcome } = request;
    if (outcome.fault !== null) {
      const { error, message } = outcome.fault;
      this.#log.error({ trace_id: traceId, request_id: requestId, error }, message);
    }
    if (this.#hasLines) this.#stream.write(this.#lines.line(request, method, status, durationMs, Date.now()));
  }

  /** Writes the sums so far. */
  end(): void {
    if (this.#minute === null) return;
    const { startedAt, sums, timer } = this.#minute;
    clearInterval(timer);
    this.#minute = null;
    const seconds = Math.ceil((this.#clock() - startedAt) / 1000);
    for (const { level, fields } of sums.lines)
      this.#log[level]({ ...fields, seconds }, "requests summed up");
  }

  #currentSums(): RequestSums {
    this.#endIfOver();
    this.#minute ??= {
      startedAt: this.#clock(),
      sums: new RequestSums(),
      timer: setInterval(() => this.#endIfOver(), this.#checkEveryMs).unref(),
    };
    return this.#minute.sums;
  }

  #endIfOver(): void {
    if (this.#minute !== null && this.#clock() - this.#minute.startedAt >= SUM_MS) this.end();
  }
}

/** True if the request came with a token that was not refused. */
function isLetIn({ outcome }: LoggedRequest): boolean {
  return outcome.shown !== null && outcome.refusal === null;
}
