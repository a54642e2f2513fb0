import type { Actor } from "./audit-event.ts";
import type { RevocationRequest } from "./change.ts";
import type { UnixSeconds } from "./time.ts";
import type { Token } from "./token.ts";

/** A revocation that a store could not write. */
export interface PendingRevocation {
  /** The id of the token to revoke. */
  readonly id: string;
  readonly request: RevocationRequest;
  readonly actor: Actor;
  readonly at: UnixSeconds;
  /** The ids of all tokens that the revocation ends. */
  readonly refused: readonly string[];
}

/** Revocations that wait until the store can write them. This process refuses their tokens meanwhile. */
export class PendingRevocations {
  #waiting: readonly PendingRevocation[] = [];
  #refusedSince: ReadonlyMap<string, UnixSeconds> = new Map();

  /** The revocation that waits longest; undefined if none does. */
  get first(): PendingRevocation | undefined {
    return this.#waiting[0];
  }

  /** Asked for again, a revocation waits once. */
  add(revocation: PendingRevocation): void {
    if (!revocation.refused.every((id) => this.#refusedSince.has(id)))
      this.#set([...this.#waiting, revocation]);
  }

  /** Forgets a revocation that is written. */
  remove(revocation: PendingRevocation): void {
    this.#set(this.#waiting.filter((waiting) => waiting !== revocation));
  }

  /** The ids of all tokens that are refused. */
  get refused(): readonly string[] {
    return [...this.#refusedSince.keys()];
  }

  refuses(id: string | null): boolean {
    return id !== null && this.#refusedSince.has(id);
  }

  /** The token as this process knows it: revoked if its revocation waits. */
  applyTo(token: Token): Token {
    const revokedAt = this.#refusedSince.get(token.id);
    return revokedAt === undefined || token.revokedAt !== null ? token : { ...token, revokedAt };
  }

  #set(waiting: readonly PendingRevocation[]): void {
    this.#waiting = waiting;
    // The earliest attempt counts.
    const newestFirst = waiting.toReversed();
    this.#refusedSince = new Map(
      newestFirst.flatMap(({ refused, at }) => refused.map((id) => [id, at] as const)),
    );
  }
}
