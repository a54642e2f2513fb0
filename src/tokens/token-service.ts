import type { Actor } from "./audit/audit-event.ts";
import { Authenticator, type AuthenticatorParts, type Counting } from "./authenticator.ts";
import type { Awaitable } from "./awaitable.ts";
import { creation, type Revocation, type RevocationRequest, update } from "./changes/change-plans.ts";
import { ChangeTransactions, type ChangeTransactionsParts } from "./changes/change-transactions.ts";
import { replacement, rotation, successorCreation } from "./changes/rotation-plans.ts";
import type { RotationRequest } from "./changes/rotation-rules.ts";
import { type Listing, usesKey } from "./listing/listing.ts";
import { type Page, pageOf } from "./listing/paging.ts";
import type { ScanCaller } from "./listing/scan-caller.ts";
import { TOKEN_LISTING } from "./listing/token-listing.ts";
import type { Random } from "./random.ts";
import { isRefusal, NO_SUCH_TOKEN, type Refusal } from "./refusal.ts";
import { makeSecret } from "./secret/secret.ts";
import { type Summary, summaryOf, summaryQuery } from "./summary.ts";
import { type Clock, secondsOf, type UnixSeconds } from "./time.ts";
import type { Token } from "./token.ts";
import { issuesOf, type TokenRequest, type UpdateRequest } from "./token-fields.ts";
import type { TokenStore } from "./token-store.ts";
import type { Showing } from "./usage/reuse.ts";
import type { Usage } from "./usage/usage.ts";
import type { Authentication, DenialReason, Purpose, Verdict } from "./verification.ts";

export interface CreatedToken {
  readonly token: Token;
  /** The only time that the secret is known to anybody but its holder. */
  readonly secret: string;
}

/** A token and the one that takes its place. */
export interface Rotation {
  readonly replaced: Token;
  readonly successor: CreatedToken;
}

export interface TokenServiceParts extends ChangeTransactionsParts, Omit<AuthenticatorParts, "changes"> {
  readonly store: TokenStore;
  /** Seals the cursors of lists. */
  readonly cursorKey: Uint8Array;
  /** The uses that the store does not have yet; left out where none are counted. */
  readonly uses?: Pick<Usage, "addedTo" | "watchWrites" | "writeLastUses" | "writeFirstUses">;
}

/** Creates, lists, updates, rotates, revokes and verifies API tokens. */
export class TokenService {
  readonly #store: TokenStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #cursorKey: Uint8Array;
  readonly #changes: ChangeTransactions;
  readonly #authenticator: Authenticator;
  readonly #uses: TokenServiceParts["uses"];

  constructor({ cursorKey, ...parts }: TokenServiceParts) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#changes = new ChangeTransactions(parts);
    this.#cursorKey = cursorKey;
    this.#uses = parts.uses;
    this.#authenticator = new Authenticator({ ...parts, changes: this.#changes });
  }

  now(): UnixSeconds {
    return secondsOf(this.#clock());
  }

  /** Verifies a secret for a purpose. `showing` is null at the command line, where an operator looks. */
  verify(secret: string, purpose: Purpose, showing: Showing | null = null): Awaitable<Verdict> {
    return this.#authenticator.verify(secret, purpose, showing);
  }

  /** The same for several secrets at once. Returns the verdicts in the order of the secrets. */
  verifyAll(
    secrets: readonly string[],
    purpose: Purpose,
    showing: Showing | null = null,
  ): Awaitable<readonly Verdict[]> {
    return this.#authenticator.verifyAll(secrets, purpose, showing);
  }

  /** Finds the token of a secret, and checks whether it has ended. */
  authenticate(
    secret: string,
    counting: Counting = "counted",
    showing: Showing | null = null,
  ): Awaitable<Authentication> {
    return this.#authenticator.authenticate(secret, counting, showing);
  }

  /** Counts a use of an authenticated token. Returns why it may not do this; a null purpose allows every token. */
  admit(token: Token, purpose: Purpose | null): DenialReason | null {
    return this.#authenticator.admit(token, purpose);
  }

  /** Creates a token; `secret` is made here unless the operator brings one. */
  async create(
    request: TokenRequest,
    actor: Actor,
    secret = makeSecret(this.#random),
  ): Promise<CreatedToken | Refusal> {
    const issues = issuesOf(request, this.now());
    if (issues.length > 0) return { refused: "invalid", issues };
    const token = await this.#changes.make({ target: null }, actor, (_, context) =>
      creation(request, secret, context),
    );
    return isRefusal(token) ? token : { token, secret };
  }

  /** Changes the description and the expiry of a token, unless it has ended. */
  async update(id: string, request: UpdateRequest, actor: Actor): Promise<Token | Refusal> {
    const issues = issuesOf(request, this.now());
    if (issues.length > 0) return { refused: "invalid", issues };
    const updated = await this.#changes.make({ target: id }, actor, (state, context) =>
      update(request, state, context),
    );
    return isRefusal(updated) ? updated : this.#current(updated);
  }

  /** Creates the successor of a token, with a secret of its own, and brings the token's own end nearer. */
  async rotate(id: string, request: RotationRequest, actor: Actor): Promise<Rotation | Refusal> {
    const issues = issuesOf(request, this.now());
    if (issues.length > 0) return { refused: "invalid", issues };
    const secret = makeSecret(this.#random);
    const rotated = await this.#changes.make({ target: id }, actor, (state, context) =>
      rotation(request, secret, state, context),
    );
    if (isRefusal(rotated)) return rotated;
    return { replaced: rotated.replaced, successor: { token: rotated.successor, secret } };
  }

  /**
   * The first half of a rotation: creates the successor, and leaves the token as it is until `replace`. For a caller
   * that can fail to deliver the secret; it then revokes the successor, and nothing else has changed.
   */
  async createSuccessor(id: string, request: RotationRequest, actor: Actor): Promise<CreatedToken | Refusal> {
    const issues = issuesOf(request, this.now());
    if (issues.length > 0) return { refused: "invalid", issues };
    const secret = makeSecret(this.#random);
    const token = await this.#changes.make({ target: id }, actor, (state, context) =>
      successorCreation(request, secret, state, context),
    );
    return isRefusal(token) ? token : { token, secret };
  }

  /** The second half: brings the end of the token nearer. Refused with a conflict if it has ended or was replaced since. */
  async replace(
    id: string,
    successorId: string,
    request: RotationRequest,
    actor: Actor,
  ): Promise<Token | Refusal> {
    return await this.#changes.make({ target: id }, actor, (state, context) =>
      replacement(request, successorId, state, context),
    );
  }

  /**
   * Revokes a token at once and for good, and its descendants if asked for. Again: the token as it is, with its first
   * revocation. A dry run changes nothing.
   */
  async revoke(id: string, actor: Actor, request: RevocationRequest = {}): Promise<Revocation | Refusal> {
    const revoked = await this.#changes.revoke(id, actor, request);
    return isRefusal(revoked) ? revoked : { ...revoked, token: this.#current(revoked.token) };
  }

  /** The ids of the tokens that this process refuses although the store could not write their revocation. */
  get pendingRevocations(): readonly string[] {
    return this.#changes.pendingRevocations;
  }

  /** Writes the revocations that the store could not write. Throws StoreUnavailable if it still cannot. */
  async writePendingRevocations(): Promise<void> {
    await this.#changes.writePendingRevocations();
  }

  async get(id: string): Promise<Token | Refusal> {
    const token = await this.#store.findById(id);
    return token === null ? NO_SUCH_TOKEN : this.#current(token);
  }

  /** One page of the tokens that a listing asks for. Ends when `caller` waits for it no more. */
  async list(listing: Listing, caller: ScanCaller | null = null): Promise<Page<Token> | Refusal> {
    if (usesKey(listing, "last_used_at")) await this.#uses?.writeLastUses();
    using written = this.#uses?.watchWrites();
    const page = await pageOf(listing, {
      resource: TOKEN_LISTING,
      find: (query) => this.#store.list(query, caller),
      cursorKey: this.#cursorKey,
      now: this.now(),
    });
    return isRefusal(page)
      ? page
      : { ...page, rows: page.rows.map((token) => this.#current(written?.addedTo(token) ?? token)) };
  }

  /** How many tokens there are, by status and access, and when the active ones expire. */
  async summary(caller: ScanCaller | null = null): Promise<Summary> {
    await this.#uses?.writeFirstUses();
    const now = this.now();
    return summaryOf(await this.#store.summary(summaryQuery(now), caller), now);
  }

  #current(token: Token): Token {
    return this.#authenticator.current(token);
  }
}
