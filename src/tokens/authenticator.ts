import { timingSafeEqual } from "node:crypto";
import { type Awaitable, andThen } from "./awaitable.ts";
import type { ChangeTransactions } from "./changes/change-transactions.ts";
import { digestOf, isSecret } from "./secret/secret.ts";
import { type Clock, secondsOf, type UnixSeconds } from "./time.ts";
import { statusAt, type Token } from "./token.ts";
import type { StoredSecret, TokenStore } from "./token-store.ts";
import { finalEnd, type Reuse, type Showing } from "./usage/reuse.ts";
import type { Usage } from "./usage/usage.ts";
import {
  type Authentication,
  type DenialReason,
  denialReason,
  type Purpose,
  type UseOutcome,
  type Verdict,
} from "./verification.ts";

export interface AuthenticatorParts {
  readonly store: Pick<TokenStore, "findByDigest" | "findByDigests">;
  readonly clock: Clock;
  /** Knows the revocations that the store does not have yet. */
  readonly changes: Pick<ChangeTransactions, "current">;
  /** Called each time that the secret of a token is shown. */
  readonly onUse: (token: Token, outcome: UseOutcome) => void;
  /** Called each time that a secret is shown after its token was revoked or replaced. */
  readonly onReuse: (reuse: Reuse) => void;
  /** The uses that the store does not have yet; left out where none are counted. */
  readonly uses?: Pick<Usage, "addedTo">;
}

/** Use `uncounted` where nobody shows the secret, or where that was counted before. */
export type Counting = "counted" | "uncounted";

const NO_DIGEST = new Uint8Array(32);
const MALFORMED: Authentication = { token: null, refusal: "malformed" };
const UNKNOWN: Authentication = { token: null, refusal: "unknown" };

/**
 * Finds the tokens of secrets, and counts their uses. Reads the store each time, but not for a wrong checksum; unknown,
 * expired and revoked cost the same.
 */
export class Authenticator {
  readonly #store: AuthenticatorParts["store"];
  readonly #clock: Clock;
  readonly #changes: AuthenticatorParts["changes"];
  readonly #onUse: AuthenticatorParts["onUse"];
  readonly #onReuse: AuthenticatorParts["onReuse"];
  readonly #uses: AuthenticatorParts["uses"];

  constructor({ store, clock, changes, onUse, onReuse, uses }: AuthenticatorParts) {
    this.#store = store;
    this.#clock = clock;
    this.#changes = changes;
    this.#onUse = onUse;
    this.#onReuse = onReuse;
    this.#uses = uses;
  }

  /** Checks whether the token of a secret has ended. */
  authenticate(secret: string, counting: Counting, showing: Showing | null): Awaitable<Authentication> {
    const digest = digestIn(secret);
    if (digest === null) return MALFORMED;
    return andThen(this.#store.findByDigest(digest), (stored) =>
      this.#authentication(stored, digest, counting, showing),
    );
  }

  /** Checks the token of a secret for a purpose. */
  verify(secret: string, purpose: Purpose, showing: Showing | null): Awaitable<Verdict> {
    return andThen(this.authenticate(secret, "counted", showing), (found) => this.#verdict(found, purpose));
  }

  /** Verifies secrets for one purpose, one after the other in their order, and reads the store only once. */
  verifyAll(
    secrets: readonly string[],
    purpose: Purpose,
    showing: Showing | null,
  ): Awaitable<readonly Verdict[]> {
    const digests = secrets.map(digestIn);
    const wellFormed = digests.filter((digest) => digest !== null);
    if (wellFormed.length === 0) return digests.map(() => this.#verdict(MALFORMED, purpose));
    return andThen(this.#store.findByDigests(wellFormed), (found) => {
      const stored = found.values();
      return digests.map((digest) => {
        if (digest === null) return this.#verdict(MALFORMED, purpose);
        const next = stored.next().value ?? null;
        return this.#verdict(this.#authentication(next, digest, "counted", showing), purpose);
      });
    });
  }

  /** Counts a use of an authenticated token. Returns why it may not do this; a null purpose allows every token. */
  admit(token: Token, purpose: Purpose | null): DenialReason | null {
    const unfit = purpose === null ? null : denialReason(token, purpose);
    this.#onUse(token, unfit === null ? "accepted" : "refused");
    return unfit;
  }

  /** A token with the facts that the store does not have yet: its uses, and a revocation that waits. */
  current(token: Token): Token {
    const current = this.#changes.current(token);
    return this.#uses?.addedTo(current) ?? current;
  }

  #verdict({ token, refusal }: Authentication, purpose: Purpose): Verdict {
    return token === null
      ? { token, reason: refusal }
      : { token, reason: refusal ?? this.admit(token, purpose) };
  }

  #authentication(
    stored: StoredSecret | null,
    digest: Uint8Array,
    counting: Counting,
    showing: Showing | null,
  ): Authentication {
    const matches = timingSafeEqual(stored?.digest ?? NO_DIGEST, digest);
    if (stored === null || !matches) return UNKNOWN;
    const token = this.#changes.current(stored.token);
    const known = this.current(token);
    const status = statusAt(token, this.#now());
    if (status === "active") return { token: known, refusal: null };
    if (counting === "counted") this.#countRefused(token, showing);
    return { token: known, refusal: status };
  }

  #countRefused(token: Token, showing: Showing | null): void {
    this.#onUse(token, "refused");
    const end = finalEnd(token, this.#now());
    if (end !== null && showing !== null) this.#onReuse({ token, end, showing });
  }

  #now(): UnixSeconds {
    return secondsOf(this.#clock());
  }
}

/** The digest of a secret; null for a text that is none. */
function digestIn(text: string): Uint8Array | null {
  return isSecret(text) ? digestOf(text) : null;
}
