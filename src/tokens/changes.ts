import type { Actor, AuditEvent } from "./audit-event.ts";
import {
  type Occasion,
  type Plan,
  type Revocation,
  type RevocationRequest,
  refused,
  revocation,
} from "./change.ts";
import { actorRefusal } from "./change-guard.ts";
import { type PendingRevocation, PendingRevocations } from "./pending-revocations.ts";
import type { Random } from "./random.ts";
import type { Refusal } from "./refusal.ts";
import { type Clock, secondsOf, type UnixSeconds } from "./time.ts";
import type { Token } from "./token.ts";
import { type ChangeScope, type ChangeState, StoreUnavailable, type TokenStore } from "./token-store.ts";

export interface ChangesParts {
  readonly store: Pick<TokenStore, "change">;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Whether this process keeps revocations that the store cannot write, refuses their tokens and writes them later.
   * A process that ends after its change does not.
   */
  readonly keepsRevocations?: boolean;
  /** Hears of every change, once it is on disk. */
  readonly onChange: (event: AuditEvent) => void;
}

type Scope = Omit<ChangeScope, "actor">;
type Planning<Outcome> = (state: ChangeState, occasion: Occasion) => Plan<Outcome>;

const REVOKED_ACTOR: Refusal = { refused: "unauthenticated", reason: "revoked" };

/** Makes changes of actors that are active in the transaction of the change. Keeps revocations that cannot be written. */
export class Changes {
  readonly #store: ChangesParts["store"];
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keepsRevocations: boolean;
  readonly #onChange: ChangesParts["onChange"];
  readonly #pending = new PendingRevocations();

  constructor({ store, clock, random, keepsRevocations = false, onChange }: ChangesParts) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#keepsRevocations = keepsRevocations;
    this.#onChange = onChange;
  }

  /** The token as this process knows it: revoked if its revocation waits to be written. */
  current(token: Token): Token {
    return this.#pending.applyTo(token);
  }

  /** Makes a change, after the revocations that wait. */
  async make<Outcome extends object>(
    scope: Scope,
    actor: Actor,
    plan: Planning<Outcome>,
  ): Promise<Outcome | Refusal> {
    if (this.#pending.first !== undefined && scope.isDryRun !== true) await this.writePendingRevocations();
    return await this.#inTransaction(scope, actor, plan);
  }

  /**
   * Revokes a token. Where the store cannot write that and this process keeps revocations, throws StoreUnavailable with
   * the outcome "pending": the tokens are refused from now on.
   */
  async revoke(id: string, actor: Actor, request: RevocationRequest): Promise<Revocation | Refusal> {
    const { withDescendants = false, isDryRun = false } = request;
    const scope = { target: id, withDescendants, isDryRun, isRevocation: !isDryRun };
    try {
      return await this.make(scope, actor, (state, occasion) => revocation(request, state, occasion));
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || isDryRun || !this.#keepsRevocations) throw error;
      return await this.#keep(id, actor, request, error);
    }
  }

  get pendingRevocations(): readonly string[] {
    return this.#pending.refused;
  }

  /** Writes the revocations that wait. Throws StoreUnavailable if the store still cannot write one. */
  async writePendingRevocations(): Promise<void> {
    for (let next = this.#pending.first; next !== undefined; next = this.#pending.first) {
      await this.#writePending(next);
      this.#pending.remove(next);
    }
  }

  /** Refuses the tokens of a revocation that could not be written, unless there is nothing to write. */
  async #keep(
    id: string,
    actor: Actor,
    request: RevocationRequest,
    cause: StoreUnavailable,
  ): Promise<Revocation | Refusal> {
    const scope = { target: id, withDescendants: request.withDescendants ?? false, isDryRun: true };
    let ended: readonly string[] = [];
    const outcome = await this.#inTransaction(scope, actor, (state, occasion) => {
      const planned = revocation(request, state, occasion);
      ended = planned.updated.map(({ token }) => token.id);
      return { ...planned, added: [], updated: [] };
    });
    if (ended.length === 0) return outcome;
    this.#pending.add({ id, request, actor, at: this.#now(), refused: ended });
    throw new StoreUnavailable("the revocation is not written yet", { cause, outcome: "pending" });
  }

  /** Its actor was allowed to make it when it was asked for; an actor that has ended since is not named. */
  async #writePending({ id, request, actor }: PendingRevocation): Promise<void> {
    const { withDescendants = false } = request;
    const scope = { target: id, actor: actor.tokenId, withDescendants, isRevocation: true };
    const { updated } = await this.#store.change(scope, (state) => {
      const isActive = actorRefusal(actor, state, this.#now()) === null;
      const by = isActive ? actor : { ...actor, tokenId: null };
      return revocation(request, { ...state, actor: null, actorSuccessors: [] }, this.#occasion(by, state));
    });
    for (const { event } of updated) this.#onChange(event);
  }

  async #inTransaction<Outcome extends object>(
    scope: Scope,
    actor: Actor,
    plan: Planning<Outcome>,
  ): Promise<Outcome | Refusal> {
    const planned = await this.#store.change({ ...scope, actor: actor.tokenId }, (state) => {
      const refusal = this.#pending.refuses(actor.tokenId)
        ? REVOKED_ACTOR
        : actorRefusal(actor, state, this.#now());
      return refusal === null ? plan(state, this.#occasion(actor, state)) : refused(refusal);
    });
    for (const { event } of [...planned.added, ...planned.updated]) this.#onChange(event);
    return planned.outcome;
  }

  #occasion(actor: Actor, { last }: ChangeState): Occasion {
    return { clock: this.#clock, random: this.#random, actor, last };
  }

  #now(): UnixSeconds {
    return secondsOf(this.#clock());
  }
}
