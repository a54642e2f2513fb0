import { type Log, loggable } from "../log/log.ts";
import { formatTime } from "../tokens/time.ts";
import type { Reuse } from "../tokens/usage/reuse.ts";

/** How long there is no second warning about a token. */
const QUIET_MS = 3_600_000;

/** How many tokens an hour have a warning of their own, of some 100 bytes of memory each. */
export const WARNED_LIMIT = 10_000;

/** Stands for all tokens beyond WARNED_LIMIT. */
const FURTHER_TOKENS = "";

/** Warns in the log of secrets that are shown after their token's end: once for each token and hour. */
export class ReuseWarnings {
  readonly #log: Log;
  /** In milliseconds, and never set back. */
  readonly #clock: () => number;
  /** When each token was warned about, the earliest first. */
  readonly #warnedAt = new Map<string, number>();

  constructor(log: Log, clock: () => number) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Beyond WARNED_LIMIT tokens in an hour, one warning stands for all further ones. */
  warn({ token: { id, replacedBy }, end, showing }: Reuse): void {
    const now = this.#clock();
    this.#forgetUntil(now - QUIET_MS);
    if (this.#warnedAt.has(id)) return;
    if (this.#warnedAt.size >= WARNED_LIMIT) {
      this.#warnOfFurther(now);
      return;
    }
    this.#warnedAt.set(id, now);
    this.#log.warn(
      {
        trace_id: showing.traceId,
        request_id: showing.requestId,
        token_id: id,
        why: end.why,
        ended_at: formatTime(end.at),
        ...(replacedBy === null ? {} : { replaced_by: replacedBy }),
        ip: showing.ip,
        path: loggable(showing.path),
        ...(showing.caller === null ? {} : { asked_by: showing.caller.id }),
      },
      `the secret of a ${end.why} token was shown`,
    );
  }

  #warnOfFurther(now: number): void {
    if (this.#warnedAt.has(FURTHER_TOKENS)) return;
    this.#warnedAt.set(FURTHER_TOKENS, now);
    this.#log.warn(
      { tokens: WARNED_LIMIT },
      "secrets of even more revoked or replaced tokens were shown within an hour; list tokens by reused_at to find them",
    );
  }

  #forgetUntil(time: number): void {
    for (const [id, warnedAt] of this.#warnedAt) {
      if (warnedAt > time) return;
      this.#warnedAt.delete(id);
    }
  }
}
