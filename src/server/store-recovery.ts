import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "../log/log.ts";
import type { SqliteTokenStore } from "../store/sqlite/sqlite-token-store.ts";
import { reasonOf } from "../system-errors.ts";
import type { TokenService } from "../tokens/token-service.ts";
import { StoreUnavailable } from "../tokens/token-store.ts";

const LOOK_EVERY_MS = 1000;
const STOP_LIMIT_MS = 3000;

/** A cause is logged again once revocations wait as well. */
const PENDING = " (revocations wait)";

const LOST_REVOCATIONS =
  "revocations could not be stored: these tokens work again after the next start, until you revoke them again";

export interface StoreRecoveryParts {
  readonly store: Pick<SqliteTokenStore, "recover">;
  readonly tokens: Pick<TokenService, "writePendingRevocations" | "pendingRevocations">;
}

/**
 * Looks at the store every second: whether its files are still there, whether changes that failed work again, and
 * whether revocations wait to be written. Logs when changes begin to fail and when they work again.
 */
export class StoreRecovery {
  readonly #store: StoreRecoveryParts["store"];
  readonly #tokens: StoreRecoveryParts["tokens"];
  readonly #log: Log;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #fault: string | null = null;

  constructor({ store, tokens }: StoreRecoveryParts, log: Log, everyMs = LOOK_EVERY_MS) {
    this.#store = store;
    this.#tokens = tokens;
    this.#log = log;
    this.#running = this.#run(everyMs);
  }

  /** Tries once more to write the revocations that wait, for 3 seconds at most. Logs if that fails. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const last = this.#running.then(() => this.#tokens.writePendingRevocations()).catch(() => undefined);
    await Promise.race([last, pause(STOP_LIMIT_MS, null, { ref: false })]);
    const tokens = this.#tokens.pendingRevocations;
    if (tokens.length > 0) this.#log.error({ tokens }, LOST_REVOCATIONS);
  }

  async #run(everyMs: number): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#look();
      await pause(everyMs, null, { signal }).catch(() => null);
    }
  }

  async #look(): Promise<void> {
    const steps = [() => this.#store.recover(), () => this.#tokens.writePendingRevocations()];
    const faults: unknown[] = [];
    for (const step of steps) await step().catch((error: unknown) => void faults.push(error));
    const [error] = faults;
    if (error === undefined) this.#logRecovery();
    else this.#logFault(error);
  }

  /** Once for each cause. */
  #logFault(error: unknown): void {
    const cause = causeOf(error);
    const fault = String(cause) + (this.#tokens.pendingRevocations.length > 0 ? PENDING : "");
    const pending = this.#tokens.pendingRevocations.length;
    const fields = { error: cause, ...(pending === 0 ? {} : { pending_revocations: pending }) };
    if (fault !== this.#fault) this.#log.error(fields, "changes cannot be stored now");
    this.#fault = fault;
  }

  #logRecovery(): void {
    if (this.#fault !== null) this.#log.info("changes are stored again");
    this.#fault = null;
  }
}

/** Sentences for the operator if changes cannot be stored, such as on a full disk; null if they can. */
export async function changesWarning(store: StoreRecoveryParts["store"]): Promise<string | null> {
  try {
    await store.recover();
    return null;
  } catch (error) {
    const lacksSpace = error instanceof StoreUnavailable && error.lacksSpaceFor !== null;
    const revocations = lacksSpace ? WITH_LITTLE_SPACE : WITHOUT_STORAGE;
    return `Changes cannot be stored now: ${reasonOf(causeOf(error))}. Verification and lists work. ${revocations}`;
  }
}

const WITH_LITTLE_SPACE = "Revocations are stored if there is space for them: look at the answer of each";
const WITHOUT_STORAGE = "A revocation holds only until the server stops";

function causeOf(error: unknown): unknown {
  return error instanceof StoreUnavailable ? (error.cause ?? error) : error;
}
