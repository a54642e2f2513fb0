import { loggable, readable } from "../log/log.ts";
import { remembered } from "../tokens/remembered.ts";
import type { LoggedRequest } from "./request-log-sums.ts";

/** The most texts that are remembered in JSON. */
const TEXTS = 1000;

/** Longer texts are not remembered: a path can have thousands of characters. */
const TEXT_LENGTH_MAX = 256;

const jsonOf = (text: string): string => readable(JSON.stringify(text));
const jsonOfPath = (path: string): string => jsonOf(loggable(path));

/**
 * Writes the log lines of requests: the same text as `Log` for the same fields, from parts that it remembers. On a busy
 * server this line is a large part of all work.
 */
export class RequestLines {
  readonly #json = remembered(jsonOf, TEXTS);
  readonly #shortPath = remembered(jsonOfPath, TEXTS);
  #second = -1;
  /** The present second, as `2026-12-31T23:59:59.`. */
  #start = "";

  /** `now` is in milliseconds since 1970. */
  line(request: LoggedRequest, method: string, status: number, durationMs: number, now: number): string {
    const { traceId, requestId, path, ip } = request;
    const { shown, refusal, hasUnknownOptions } = request.outcome;
    const more =
      (refusal === null ? "" : `,"authentication":"${refusal}"`) +
      (hasUnknownOptions ? ',"options":"not understood"' : "");
    return (
      `{"level":"info","time":"${this.#time(now)}","trace_id":"${traceId}","request_id":"${requestId}",` +
      `"method":${this.#json(method)},"path":${this.#path(path)},"status":${status},` +
      `"duration_ms":${Math.round(durationMs * 1000) / 1000},"ip":${this.#orNull(ip)},` +
      `"token_id":${this.#orNull(shown?.id ?? null)}${more},"message":"request"}\n`
    );
  }

  #path(path: string): string {
    return path.length > TEXT_LENGTH_MAX ? jsonOfPath(path) : this.#shortPath(path);
  }

  #orNull(text: string | null): string {
    return text === null ? "null" : this.#json(text);
  }

  #time(now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#start = new Date(second * 1000).toISOString().slice(0, -"000Z".length);
    }
    return `${this.#start}${String(now - second * 1000).padStart(3, "0")}Z`;
  }
}
