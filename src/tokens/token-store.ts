import type { AuditEvent } from "./audit-event.ts";
import type { ListQuery } from "./listing.ts";
import type { SummaryQuery, Tally } from "./summary.ts";
import type { Token } from "./token.ts";

type Awaitable<T> = T | Promise<T>;

/** The greatest ids that a store has given so far; null where it has given none. */
export interface LastIds {
  readonly token: string | null;
  readonly auditEvent: string | null;
}

export interface NewToken {
  readonly token: Token;
  readonly digest: Uint8Array;
  readonly event: AuditEvent;
}

export interface AmendedToken {
  readonly token: Token;
  /** Null where nothing changed. */
  readonly event: AuditEvent | null;
}

export interface ReplacedToken {
  readonly token: Token;
  /** What takes its place, and the event of the token that it takes it from; null where nothing changed. */
  readonly succession: { readonly successor: NewToken; readonly event: AuditEvent } | null;
}

export interface StoredSecret {
  readonly token: Token;
  readonly digest: Uint8Array;
}

/**
 * What the domain needs of a store. A change and its audit event are one transaction, on disk before the call
 * returns. Every method throws StoreUnavailable when the store cannot do it now.
 */
export interface TokenStore {
  findByDigest(digest: Uint8Array): Awaitable<StoredSecret | null>;
  findById(id: string): Awaitable<Token | null>;
  /** Adds what `make` makes of the greatest ids so far; no other change comes between. */
  add(make: (last: LastIds) => NewToken): Awaitable<NewToken>;
  /**
   * Replaces a token by what `change` makes of it; no other change comes between. Where that is without an
   * event, the token stays as it is. Null if there is no such token.
   */
  amend(id: string, change: (token: Token, last: LastIds) => AmendedToken): Awaitable<AmendedToken | null>;
  /**
   * Replaces a token by what `change` makes of it, and adds its successor; no other change comes between. Where
   * there is no successor, the token stays as it is. Null if there is no such token.
   */
  replace(
    id: string,
    change: (token: Token, last: LastIds) => ReplacedToken,
  ): Awaitable<ReplacedToken | null>;
  /** The tokens that the query asks for, in its order, at most `limit`. */
  list(query: ListQuery): Awaitable<readonly Token[]>;
  /** Counts every token at one moment of the store. */
  summary(query: SummaryQuery): Awaitable<readonly Tally[]>;
  isEmpty(): Awaitable<boolean>;
}

/** The store cannot do it now and may later: storage is full, failing or held by somebody else. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}
