import { type Actor, type AuditEvent, COMMAND_LINE } from "../audit/audit-event.ts";
import type { Random } from "../random.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import { pendingRevocationPlan, pendingRevocationScope } from "../revocation/pending-revocation-plan.ts";
import { type PendingRevocation, PendingRevocations } from "../revocation/pending-revocations.ts";
import { RevocationPendingError } from "../revocation/revocation-pending-error.ts";
import { type Clock, secondsOf, type UnixSeconds } from "../time.ts";
import type { Token } from "../token.ts";
import { type ChangeScope, type ChangeState, StoreUnavailable, type TokenStore } from "../token-store.ts";
import { actorRefusal } from "./change-permissions.ts";
import {
  type ChangeContext,
  type Plan,
  type Revocation,
  type RevocationRequest,
  refused,
  revocation,
} from "./change-plans.ts";

export interface ChangeTransactionsParts {
  readonly store: Pick<TokenStore, "change">;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Whether this process queues revocations that the store cannot write, refuses their tokens and writes them later.
   * A process that ends after its change does not.
   */
  readonly queuesRevocations?: boolean;
  /** Called with every change, once it is on disk. */
  readonly onChange: (event: AuditEvent) => void;
}

type Scope = Omit<ChangeScope, "actor">;
type Planning<Outcome> = (state: ChangeState, context: ChangeContext) => Plan<Outcome>;

const REVOKED_ACTOR: Refusal = { refused: "unauthenticated", reason: "revoked" };

/** Makes changes by actors that are active in the transaction of the change. Queues revocations that cannot be written. */
export class ChangeTransactions {
  readonly #store: ChangeTransactionsParts["store"];
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #queuesRevocations: boolean;
  readonly #onChange: ChangeTransactionsParts["onChange"];
  readonly #pending = new PendingRevocations();
  #writing: Promise<void> | null = null;

  constructor({ store, clock, random, queuesRevocations = false, onChange }: ChangeTransactionsParts) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#queuesRevocations = queuesRevocations;
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
    if (!this.#pending.isEmpty && scope.isDryRun !== true) await this.writePendingRevocations();
    return await this.#inTransaction(scope, actor, plan);
  }

  /**
   * Revokes a token. Where the store cannot write that and this process queues revocations, throws
   * RevocationPendingError: the tokens are refused from now on.
   */
  async revoke(id: string, actor: Actor, request: RevocationRequest): Promise<Revocation | Refusal> {
    const { withDescendants = false, isDryRun = false } = request;
    // The whole must not use up the space for revocations before it fails: small parts of it may fit.
    const isInParts = withDescendants && this.#queuesRevocations;
    const scope = { target: id, withDescendants, isDryRun, isRevocation: !isDryRun && !isInParts };
    try {
      return await this.make(scope, actor, (state, context) => revocation(request, state, context));
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || isDryRun || !this.#queuesRevocations) throw error;
      return await this.#queue(id, actor, request);
    }
  }

  /** The ids of the tokens that are refused although the store could not write their revocation. */
  get pendingRevocations(): readonly string[] {
    return this.#pending.ids;
  }

  /** Writes the revocations that wait. Throws StoreUnavailable if the store still cannot write one. */
  async writePendingRevocations(): Promise<void> {
    this.#writing ??= this.#pending
      .writeAll((batch) => this.#writePending(batch))
      .finally(() => {
        this.#writing = null;
      });
    await this.#writing;
  }

  /**
   * Refuses the tokens of a revocation that could not be written as a whole, and writes it in parts: on a full disk
   * there may be space for some of them.
   */
  async #queue(id: string, actor: Actor, request: RevocationRequest): Promise<Revocation | Refusal> {
    const outcome = await this.#previewed(id, actor, request);
    if (isRefusal(outcome)) return outcome;
    const [target, ...descendants] = endedBy(outcome);
    if (target === undefined) return outcome;
    const pending = (ended: string) => ({ id: ended, actor, at: this.#now() });
    this.#pending.add(pending(target), descendants.map(pending));
    try {
      await this.writePendingRevocations();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      const waiting = [target, ...descendants].filter((each) => this.#pending.refuses(each));
      // Those that cannot be written may be of another revocation.
      if (waiting.length > 0) throw pendingError(id, waiting, error);
    }
    return { ...outcome, token: (await this.#stored(id)) ?? outcome.token };
  }

  /** Checks whether the actor may make a revocation. Returns the tokens as they are before it. */
  async #previewed(id: string, actor: Actor, { withDescendants = false }: RevocationRequest) {
    const scope = { target: id, withDescendants, isDryRun: true };
    return await this.#inTransaction(scope, actor, (state, context) =>
      revocation({ withDescendants, isDryRun: true }, state, context),
    );
  }

  async #stored(id: string): Promise<Token | null> {
    const scope = { actor: null, target: id, isDryRun: true };
    const { token } = await this.#store.change(scope, ({ target }) => ({
      token: target,
      added: [],
      updated: [],
    }));
    return token;
  }

  async #writePending(batch: readonly PendingRevocation[]): Promise<void> {
    const { updated } = await this.#store.change(pendingRevocationScope(batch), (state) =>
      pendingRevocationPlan(batch, state, this.#context(COMMAND_LINE, state)),
    );
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
      return refusal === null ? plan(state, this.#context(actor, state)) : refused(refusal);
    });
    for (const { event } of [...planned.added, ...planned.updated]) this.#onChange(event);
    return planned.outcome;
  }

  #context(actor: Actor, { last }: ChangeState): ChangeContext {
    return { clock: this.#clock, random: this.#random, actor, last };
  }

  #now(): UnixSeconds {
    return secondsOf(this.#clock());
  }
}

/** The ids of the tokens that a revocation ends: the token itself, then the most powerful of its descendants. */
function endedBy({ token, descendants }: Revocation): readonly string[] {
  const byPower = (descendants ?? []).toSorted((one, other) => rank(one) - rank(other));
  return [token, ...byPower].filter(({ revokedAt }) => revokedAt === null).map((each) => each.id);
}

function rank({ access }: Token): number {
  return access === "write" ? 0 : 1;
}

function pendingError(
  id: string,
  waiting: readonly string[],
  cause: StoreUnavailable,
): RevocationPendingError {
  const descendants = waiting.filter((each) => each !== id).length;
  return new RevocationPendingError({ token: descendants < waiting.length, descendants }, cause);
}
