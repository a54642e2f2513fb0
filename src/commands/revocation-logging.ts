import type { Log } from "../log.ts";
import type { RevocationLog } from "../store/revocation-log.ts";
import type { AuditEvent } from "../tokens/audit-event.ts";

/** How soon an end is in the file that another process recorded, such as a command. */
const CATCH_UP_EVERY_MS = 1000;

const MISSING =
  "the revocation log lacks the revocations and other ends of these tokens; the next start writes them";

const CHANGED =
  "something else changed the revocation log; lines of this store that had gone were written again. " +
  "Give each store a log of its own";

/**
 * Keeps a revocation log up to date: with each end that this server records before that is answered, and with those
 * of other processes soon after. What cannot be written is told once, and tried again.
 */
export class RevocationLogging {
  readonly #file: RevocationLog;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #isTroubled = false;

  constructor(file: RevocationLog, log: Log, everyMs = CATCH_UP_EVERY_MS) {
    this.#file = file;
    this.#log = log;
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
      if (this.#file.catchUp()) this.#log.warn(CHANGED);
    } catch (error) {
      if (!this.#isTroubled)
        this.#log.error({ error }, "the revocation log cannot be written now; it is tried again");
      this.#isTroubled = true;
      return;
    }
    if (this.#isTroubled) this.#log.info("the revocation log is written again");
    this.#isTroubled = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.catchUp();
    if (this.#isTroubled) this.#log.error({ tokens: this.#missing() }, MISSING);
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
