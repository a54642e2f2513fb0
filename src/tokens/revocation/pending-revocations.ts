import { setImmediate as othersRan } from "node:timers/promises";
import type { Actor } from "../audit/audit-event.ts";
import type { UnixSeconds } from "../time.ts";
import type { Token } from "../token.ts";
import { StoreUnavailable } from "../token-store.ts";

/**
 * How many revocations are written in one transaction at most. A larger one takes less of the disk for each token, but
 * nothing else runs meanwhile.
 */
export const BATCH_LIMIT = 256;

/** The revocation of one token that a store could not write. */
export interface PendingRevocation {
  /** The id of the token. */
  readonly id: string;
  readonly actor: Actor;
  /** When it was asked for. */
  readonly at: UnixSeconds;
}

/** Revocations that wait until the store can write them. This process refuses their tokens meanwhile. */
export class PendingRevocations {
  readonly #targets = new Map<string, PendingRevocation>();
  readonly #descendants = new Map<string, PendingRevocation>();

  get isEmpty(): boolean {
    return this.#targets.size + this.#descendants.size === 0;
  }

  /** The ids of all tokens that are refused. */
  get ids(): readonly string[] {
    return [...this.#targets.keys(), ...this.#descendants.keys()];
  }

  /** Adds the revocation of a token and of its descendants. The first time that a token is added counts. */
  add(target: PendingRevocation, descendants: readonly PendingRevocation[]): void {
    this.#targets.set(target.id, this.#find(target.id) ?? target);
    this.#descendants.delete(target.id);
    for (const descendant of descendants) {
      if (!this.refuses(descendant.id)) this.#descendants.set(descendant.id, descendant);
    }
  }

  /**
   * Lets `write` write all of them in batches, and forgets those that are written. The first one is written alone. The
   * next batches double as long as there is space, and are halved where there is too little. Throws the error of `write`
   * where it has another reason, or where a single revocation does not fit. Other requests are answered between two
   * batches.
   */
  async writeAll(write: (batch: readonly PendingRevocation[]) => Promise<void>): Promise<void> {
    for (let size = 1, growth = 2; !this.isEmpty; await othersRan()) {
      const batch = this.#first(size);
      try {
        await write(batch);
        this.#remove(batch);
        size = Math.min(size * growth, BATCH_LIMIT);
      } catch (error) {
        if (batch.length === 1 || !lacksSpace(error)) throw error;
        size = Math.floor(batch.length / 2);
        growth = 1;
      }
    }
  }

  /** Tokens that somebody named come before descendants: there may be space for few. */
  #first(count: number): readonly PendingRevocation[] {
    const targets = this.#targets.values().take(count).toArray();
    return [...targets, ...this.#descendants.values().take(count - targets.length)];
  }

  #remove(written: readonly PendingRevocation[]): void {
    for (const { id } of written) {
      this.#targets.delete(id);
      this.#descendants.delete(id);
    }
  }

  refuses(id: string | null): boolean {
    return id !== null && this.#find(id) !== undefined;
  }

  /** The token as this process knows it: revoked if its revocation waits. */
  applyTo(token: Token): Token {
    const revocation = this.#find(token.id);
    return revocation === undefined || token.revokedAt !== null
      ? token
      : { ...token, revokedAt: revocation.at };
  }

  #find(id: string): PendingRevocation | undefined {
    return this.#targets.get(id) ?? this.#descendants.get(id);
  }
}

/** Whether fewer revocations at once may find space. */
function lacksSpace(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.lacksSpaceFor === "revocations";
}
