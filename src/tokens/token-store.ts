import type { AuditEvent } from "./audit/audit-event.ts";
import type { Awaitable } from "./awaitable.ts";
import type { ListQuery } from "./listing/listing.ts";
import type { ScanCaller } from "./listing/scan-caller.ts";
import type { SummaryQuery, TokenCount } from "./summary.ts";
import type { Token } from "./token.ts";

/** The greatest ids that a store has given so far; null where it has given none. */
export interface LastIds {
  readonly token: string | null;
  readonly auditEvent: string | null;
}

/** Which tokens a change is about. */
export interface ChangeScope {
  /** The id of the token that makes the change; null for the command line. */
  readonly actor: string | null;
  /** The id of the token to change; null where there is none, as for a creation. */
  readonly target: string | null;
  /** Whether the descendants of the target change with it. */
  readonly withDescendants?: boolean;
  /** Whether nothing will be written: then no other change has to wait. */
  readonly isDryRun?: boolean;
  /** Whether the change only revokes: a store keeps space for revocations. */
  readonly isRevocation?: boolean;
  /** The ids of further tokens that the change is about. */
  readonly others?: readonly string[];
}

/** The tokens that a change is about, as they are in the transaction of the change. */
export interface ChangeState {
  /** Null for the command line, and where the store does not have this token. */
  readonly actor: Token | null;
  /** The ids of the tokens that took the actor's place, one after the other. */
  readonly actorSuccessors: readonly string[];
  /** Null where no token has this id. */
  readonly target: Token | null;
  /** The ids of the tokens that took the target's place, one after the other. */
  readonly targetSuccessors: readonly string[];
  /**
   * Every token that the target created or that took its place, and so on in any depth, oldest first. Empty unless
   * the scope asks for it.
   */
  readonly descendants: readonly Token[];
  /** The further tokens of the scope, in its order, without those that the store does not have. */
  readonly others: readonly Token[];
  readonly last: LastIds;
}

export interface NewToken {
  readonly token: Token;
  readonly digest: Uint8Array;
  readonly event: AuditEvent;
}

export interface UpdatedToken {
  readonly token: Token;
  readonly event: AuditEvent;
}

/** Everything that a change writes: first the tokens that it adds, then those that it updates. */
export interface Writes {
  readonly added: readonly NewToken[];
  readonly updated: readonly UpdatedToken[];
}

export interface StoredSecret {
  readonly token: Token;
  readonly digest: Uint8Array;
}

/**
 * A store of tokens. A change and its audit events are one transaction, on disk before the call returns. Every method
 * throws StoreUnavailable when the store cannot do it now.
 */
export interface TokenStore {
  findByDigest(digest: Uint8Array): Awaitable<StoredSecret | null>;
  findById(id: string): Awaitable<Token | null>;
  /**
   * Reads the tokens of the scope, plans a change with them and writes it, in one transaction: no other change comes
   * between. Returns the plan. Writes nothing if `plan` throws.
   */
  change<Plan extends Writes>(scope: ChangeScope, plan: (state: ChangeState) => Plan): Awaitable<Plan>;
  /**
   * The tokens that the query asks for, in its order, at most `limit`. Throws ScanRefused where that is too much for
   * now, or when `caller` waits for it no more.
   */
  list(query: ListQuery, caller: ScanCaller | null): Awaitable<readonly Token[]>;
  /** Counts every token at one moment of the store. Throws ScanRefused as `list` does. */
  summary(query: SummaryQuery, caller: ScanCaller | null): Awaitable<readonly TokenCount[]>;
  isEmpty(): Awaitable<boolean>;
}

/** The outcome of a change that failed. */
export type ChangeOutcome =
  /** Nothing was changed. */
  | "unchanged"
  /** The storage failed while it was written: after a crash the change may be there. */
  | "unknown";

/** The use for which the disk lacks space. A smaller change may fit; without space for changes, a revocation may. */
export type SpaceUse = "changes" | "revocations";

/** The store cannot do it now and may later: storage is full, failing or held by another process. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  /** Null where nothing was to be changed. */
  readonly outcome: ChangeOutcome | null;
  readonly lacksSpaceFor: SpaceUse | null;

  constructor(message: string, { cause, outcome = null, lacksSpaceFor = null }: StoreUnavailableParts = {}) {
    super(message, { cause });
    this.outcome = outcome;
    this.lacksSpaceFor = lacksSpaceFor;
  }
}

interface StoreUnavailableParts {
  readonly cause?: unknown;
  readonly outcome?: ChangeOutcome | null;
  readonly lacksSpaceFor?: SpaceUse | null;
}
