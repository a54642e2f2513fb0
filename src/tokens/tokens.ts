import { timingSafeEqual } from "node:crypto";
import type { Actor, AuditAction, AuditEvent } from "./audit-event.ts";
import { type CursorScope, decodeCursor, encodeCursor } from "./cursor.ts";
import { AUDIT_EVENT_PREFIX, nextId, TOKEN_PREFIX } from "./identifier.ts";
import {
  conditionOf,
  type Listing,
  type ListQuery,
  PAGE_LIMIT_MAX,
  type Page,
  type Position,
  positionOf,
  sortsOf,
} from "./listing.ts";
import type { Random } from "./random.ts";
import type { AuthenticationRefusal, Issue, Refusal } from "./refusal.ts";
import { digestOf, hintOf, isSecret, makeSecret } from "./secret.ts";
import { type Summary, summaryOf, summaryQuery } from "./summary.ts";
import { type Clock, secondsOf, type UnixSeconds } from "./time.ts";
import { type Access, descriptionFault, expiryFault, statusAt, type Token } from "./token.ts";
import type { LastIds, TokenStore } from "./token-store.ts";

/** What a caller says of a token to be created. */
export interface TokenRequest {
  readonly access: Access;
  readonly description: string | null;
  readonly expiresAt: UnixSeconds | null;
}

export interface CreatedToken {
  readonly token: Token;
  /** The only time that the secret is known to anybody but its holder. */
  readonly secret: string;
}

export type Authentication =
  | { readonly token: Token; readonly refusal: null }
  | { readonly token: null; readonly refusal: AuthenticationRefusal };

export interface TokensParts {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Seals the cursors of lists. */
  readonly cursorKey: Uint8Array;
  /** Hears of every change, once it is on disk. */
  readonly onChange: (event: AuditEvent) => void;
}

const NO_DIGEST = new Uint8Array(32);
const NO_SUCH_TOKEN: Refusal = { refused: "not-found", resource: "api-token" };
const BAD_CURSOR: Issue = {
  path: "pagination.cursor",
  message: "must be a cursor that this server gave for the same filters and sorts",
};

/** Creates, lists, revokes and authenticates API tokens. */
export class Tokens {
  readonly #store: TokenStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #cursorKey: Uint8Array;
  readonly #onChange: (event: AuditEvent) => void;

  constructor({ store, clock, random, cursorKey, onChange }: TokensParts) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#cursorKey = cursorKey;
    this.#onChange = onChange;
  }

  now(): UnixSeconds {
    return secondsOf(this.#clock());
  }

  /**
   * Whose secret this is, read from the store each time. A wrong checksum is refused without a look at the
   * store; unknown, expired and revoked cost the same.
   */
  async authenticate(secret: string): Promise<Authentication> {
    if (!isSecret(secret)) return { token: null, refusal: "malformed" };
    const digest = digestOf(secret);
    const stored = await this.#store.findByDigest(digest);
    const matches = timingSafeEqual(stored?.digest ?? NO_DIGEST, digest);
    if (stored === null || !matches) return { token: null, refusal: "unknown" };
    const status = statusAt(stored.token, this.now());
    return status === "active" ? { token: stored.token, refusal: null } : { token: null, refusal: status };
  }

  /** Creates a token; `secret` is made here unless the operator brings one. */
  async create(
    request: TokenRequest,
    actor: Actor,
    secret = makeSecret(this.#random),
  ): Promise<CreatedToken | Refusal> {
    const issues = issuesOf(request, this.now());
    if (issues.length > 0) return { refused: "invalid", issues };
    const { access, description, expiresAt } = request;
    const { token, event } = await this.#store.add((last) => {
      const added: Token = {
        id: nextId(TOKEN_PREFIX, last.token, this.#clock(), this.#random),
        access,
        description,
        hint: hintOf(secret),
        createdAt: this.now(),
        createdBy: actor.tokenId,
        expiresAt,
        revokedAt: null,
        lastUsedAt: null,
      };
      const changes = { access, description, expires_at: expiresAt };
      const created = this.#event("api-token.create", added.id, actor, changes, last);
      return { token: added, digest: digestOf(secret), event: created };
    });
    this.#onChange(event);
    return { token, secret };
  }

  /** Revokes a token at once and for good. Again: the token as it is, with its first revocation. */
  async revoke(id: string, actor: Actor): Promise<Token | Refusal> {
    const amended = await this.#store.amend(id, (current, last) => {
      if (current.revokedAt !== null) return { token: current, event: null };
      const revokedAt = this.now();
      const event = this.#event("api-token.revoke", id, actor, { revoked_at: revokedAt }, last);
      return { token: { ...current, revokedAt }, event };
    });
    if (amended === null) return NO_SUCH_TOKEN;
    if (amended.event !== null) this.#onChange(amended.event);
    return amended.token;
  }

  async get(id: string): Promise<Token | Refusal> {
    return (await this.#store.findById(id)) ?? NO_SUCH_TOKEN;
  }

  /** One page of the tokens that a listing asks for. */
  async list(listing: Listing): Promise<Page | Refusal> {
    const scope: CursorScope = { conditions: listing.conditions, sorts: sortsOf(listing) };
    const after = listing.cursor === null ? null : decodeCursor(listing.cursor, scope, this.#cursorKey);
    if (listing.cursor !== null && after === null) return { refused: "invalid", issues: [BAD_CURSOR] };
    const limit = Math.min(listing.limit, PAGE_LIMIT_MAX);
    const found = await this.#store.list(this.#query(listing, after, limit + 1));
    const tokens = found.slice(0, limit);
    const last = found.length > limit ? tokens.at(-1) : undefined;
    const cursor = last ? encodeCursor(positionOf(last, scope.sorts), scope, this.#cursorKey) : null;
    return { tokens, cursor };
  }

  /** How many tokens there are, by status and access, and when the active ones expire. */
  async summary(): Promise<Summary> {
    const now = this.now();
    return summaryOf(await this.#store.summary(summaryQuery(now)), now);
  }

  #query(listing: Listing, after: Position | null, limit: number): ListQuery {
    const { skip } = listing;
    return { condition: conditionOf(listing), sorts: sortsOf(listing), after, skip, limit, now: this.now() };
  }

  #event(
    action: AuditAction,
    target: string,
    actor: Actor,
    changes: AuditEvent["changes"],
    last: LastIds,
  ): AuditEvent {
    const id = nextId(AUDIT_EVENT_PREFIX, last.auditEvent, this.#clock(), this.#random);
    return { id, at: this.now(), action, actor, target, changes };
  }
}

/** Everything that is wrong with what is asked of a new token. */
export function issuesOf({ description, expiresAt }: TokenRequest, now: UnixSeconds): readonly Issue[] {
  const faults = [
    { path: "description", message: description === null ? null : descriptionFault(description) },
    { path: "expires_at", message: expiresAt === null ? null : expiryFault(expiresAt, now) },
  ];
  return faults.flatMap(({ path, message }) => (message === null ? [] : [{ path, message }]));
}
