import type { Log } from "../log/log.ts";
import type { LogChange, RevocationLog } from "../store/sqlite/revocation-log/revocation-log.ts";
import type { AuditEvent } from "../tokens/audit/audit-event.ts";

/** How soon an end is in the file that another process recorded, such as a command. */
const CATCH_UP_EVERY_MS = 1000;

const MISSING =
  "the revocation log lacks the revocations and other ends of these tokens; the next start writes them";

/** For so long, there is no second warning of the same change; each such change begins it anew. */
const QUIET_MS = 3_600_000;

const CHANGED: Readonly<Record<LogChange, string>> = {
  "lines gone":
    "something else changed the revocation log: lines of this store had gone from its end, and were written again",
  "lines of another store":
    "something else changed the revocation log: another store writes to it too, such as a copy of this one. " +
    "Give each store a log of its own",
  emptied:
    "something else emptied the revocation log: it goes on with the next line, and a restore needs the lines before it. " +
    "To rotate the log, rename the file",
};

export interface LoggingParts {
  readonly file: Pick<RevocationLog, "path" | "knows" | "catchUp" | "missing">;
  readonly log: Log;
  /** In milliseconds, and never set back. */
  readonly clock: () => number;
  readonly everyMs?: number;
}

/**
 * Keeps a revocation log up to date: with each end that this server records before that is answered, and with those
 * of other processes soon after. A failure to write is logged once, and tried again. A change by another program is logged
 * once until there was none for an hour.
 */
export class RevocationLogging {
  readonly #file: LoggingParts["file"];
  readonly #log: Log;
  readonly #clock: () => number;
  /** When each change was last noticed. */
  readonly #noticedAt = new Map<LogChange, number>();
  readonly #timer: NodeJS.Timeout;
  #isTroubled = false;

  constructor({ file, log, clock, everyMs = CATCH_UP_EVERY_MS }: LoggingParts) {
    this.#file = file;
    this.#log = log;
    this.#clock = clock;
    this.#timer = setInterval(() => this.catchUp(), everyMs);
    this.#timer.unref();
    this.catchUp();
  }

  /** To be called with each change before it is answered. */
  take({ id, action }: AuditEvent): void {
    if (action !== "api-token.create" && !this.#file.knows(id)) this.catchUp();
  }

  catchUp(): void {
    try {
      for (const change of this.#file.catchUp()) this.#warn(change);
    } catch (error) {
      if (!this.#isTroubled)
        this.#log.error(
          { error, file: this.#file.path },
          "the revocation log cannot be written now; it is tried again",
        );
      this.#isTroubled = true;
      return;
    }
    if (this.#isTroubled) this.#log.info("the revocation log is written again");
    this.#isTroubled = false;
  }

  /** A sentence for the operator while lines cannot be written; null otherwise. */
  get warning(): string | null {
    if (!this.#isTroubled) return null;
    return `The revocation log ${this.#file.path} cannot be written now. A restore would not know the newest revocations`;
  }

  #warn(change: LogChange): void {
    const now = this.#clock();
    const noticedAt = this.#noticedAt.get(change) ?? Number.NEGATIVE_INFINITY;
    this.#noticedAt.set(change, now);
    if (now - noticedAt > QUIET_MS) this.#log.warn(CHANGED[change]);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.catchUp();
    if (!this.#isTroubled) return;
    const tokens = this.#missing();
    if (tokens?.length !== 0) this.#log.error({ tokens }, MISSING);
  }

  /** Null where the store cannot be read. */
  #missing(): readonly string[] | null {
    try {
      return this.#file.missing();
    } catch {
      return null;
    }
  }
}
