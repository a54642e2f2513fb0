import type { UnixSeconds } from "../time.ts";
import { bucketStart } from "./usage-period.ts";

/** How many tokens are remembered as written in this hour, of some 50 bytes each; further ones are written each time. */
export const WRITTEN_LIMIT = 100_000;

/**
 * When tokens were last let in, as far as the store does not know it. A token lies anywhere in the store, and each
 * one that is written costs a whole page: so it is written with its first use in an hour, and once that hour is over.
 */
export class LastUseBuffer {
  readonly #waiting = new Map<string, UnixSeconds>();
  /** Which tokens were written in the hour that began at `#hour`. */
  readonly #written = new Set<string>();
  #hour: UnixSeconds = 0;

  /** The later moment stays. */
  note(token: string, at: UnixSeconds): void {
    if (at > (this.#waiting.get(token) ?? -1)) this.#waiting.set(token, at);
  }

  /** Null where the store knows it, or is about to. */
  of(token: string): UnixSeconds | null {
    return this.#waiting.get(token) ?? null;
  }

  /** Takes out the last uses that are due, or all of them. */
  take(now: UnixSeconds, which: "due" | "all"): readonly (readonly [token: string, at: UnixSeconds])[] {
    this.#begin(bucketStart("hour", now));
    const taken = [...this.#waiting].filter(([token]) => which === "all" || !this.#written.has(token));
    for (const [token] of taken) {
      this.#waiting.delete(token);
      if (this.#written.size < WRITTEN_LIMIT) this.#written.add(token);
    }
    return taken;
  }

  #begin(hour: UnixSeconds): void {
    if (hour === this.#hour) return;
    this.#hour = hour;
    this.#written.clear();
  }
}
