import type { Actor } from "./audit-event.ts";
import type { UnixSeconds } from "./time.ts";
import type { Token } from "./token.ts";

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

  /**
   * The revocation to write next; undefined if none waits. Tokens that somebody named come before descendants: there
   * may be space for few.
   */
  get next(): PendingRevocation | undefined {
    const [first] = this.#targets.size > 0 ? this.#targets.values() : this.#descendants.values();
    return first;
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

  /** Forgets a revocation that is written. */
  remove({ id }: PendingRevocation): void {
    this.#targets.delete(id);
    this.#descendants.delete(id);
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
