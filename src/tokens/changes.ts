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
import { isRefusal, type Refusal } from "./refusal.ts";
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
  #writing: Promise<void> | null = null;

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
    if (this.#pending.next !== undefined && scope.isDryRun !== true) await this.writePendingRevocations();
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

  /** The ids of the tokens that are refused although the store could not write their revocation. */
  get pendingRevocations(): readonly string[] {
    return this.#pending.ids;
  }

  /** Writes the revocations that wait, one by one. Throws StoreUnavailable if the store still cannot write one. */
  async writePendingRevocations(): Promise<void> {
    this.#writing ??= this.#writeAllPending().finally(() => {
      this.#writing = null;
    });
    await this.#writing;
  }

  async #writeAllPending(): Promise<void> {
    for (let next = this.#pending.next; next !== undefined; next = this.#pending.next) {
      await this.#writePending(next);
      this.#pending.remove(next);
    }
  }

  /**
   * Refuses the tokens of a revocation that could not be written as a whole, and writes it token by token: on a full
   * disk there may be space for some of them.
   */
  async #keep(
    id: string,
    actor: Actor,
    request: RevocationRequest,
    cause: StoreUnavailable,
  ): Promise<Revocation | Refusal> {
    const { outcome, ended } = await this.#previewed(id, actor, request);
    const [target = id, ...descendants] = ended;
    if (ended.length === 0 || isRefusal(outcome)) return outcome;
    const pending = (ended: string) => ({ id: ended, actor, at: this.#now() });
    this.#pending.add(pending(target), descendants.map(pending));
    try {
      await this.writePendingRevocations();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      throw new StoreUnavailable("the revocation is not written yet", { cause, outcome: "pending" });
    }
    const now = await this.#previewed(id, actor, {});
    return isRefusal(now.outcome) ? outcome : { ...outcome, token: now.outcome.token };
  }

  /** What a revocation would do. The ids of the tokens that it would end: the target, then the most powerful ones. */
  async #previewed(id: string, actor: Actor, request: RevocationRequest) {
    const { withDescendants = false } = request;
    let ended: readonly Token[] = [];
    const scope = { target: id, withDescendants, isDryRun: true };
    const outcome = await this.#inTransaction(scope, actor, (state, occasion) => {
      const planned = revocation(request, state, occasion);
      ended = planned.updated.map(({ token }) => token);
      return { ...planned, added: [], updated: [] };
    });
    const rank = (token: Token) => (token.id === id ? 0 : token.access === "write" ? 1 : 2);
    const ids = ended.toSorted((one, other) => rank(one) - rank(other)).map((token) => token.id);
    return { outcome, ended: ids };
  }

  /** Its actor was allowed to make it when it was asked for. An actor that was revoked since makes no more changes. */
  async #writePending({ id, actor }: PendingRevocation): Promise<void> {
    const scope = { target: id, actor: actor.tokenId, isRevocation: true };
    const { updated } = await this.#store.change(scope, (state) => {
      const isRevoked = state.actor !== null && state.actor.revokedAt !== null;
      const by = isRevoked ? { ...actor, tokenId: null } : actor;
      return revocation({}, { ...state, actor: null, actorSuccessors: [] }, this.#occasion(by, state));
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
