export const ACCESSES = ["read", "write"] as const;
export const STATUSES = ["active", "expired", "revoked"] as const;

export type Access = (typeof ACCESSES)[number];
export type Status = (typeof STATUSES)[number];

/** A token as the API tells of it. Times are RFC 3339 in UTC. */
export interface Token {
  readonly id: string;
  readonly access: Access;
  /** The services that it is for; null for Publisher itself. */
  readonly audiences: readonly string[] | null;
  readonly description: string | null;
  readonly hint: string;
  readonly status: Status;
  readonly created_at: string;
  readonly created_by: string | null;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
  /** The id of the token that took its place. */
  readonly replaced_by: string | null;
  /** When its secret was last shown after the token was revoked or replaced. */
  readonly reused_at: string | null;
  /** The address of the request in which that was. */
  readonly reused_from: string | null;
  /** True for a token that checks tokens for its services, and opens none of them; left out for any other. */
  readonly verifies?: true;
}

/** How many tokens there are, by status and access. */
export type StatusCounts = Readonly<Record<Status, Readonly<Record<Access, number>>>>;

export interface TokenRevocation {
  readonly id: string;
  /** Whether its descendants are revoked too: the tokens that it created or that replaced it, and theirs. */
  readonly descendants: boolean;
}

export interface RevokedToken extends Token {
  /** Its descendants as they were before; left out unless they were asked for. */
  readonly descendants?: StatusCounts;
}

export interface TokenPage {
  readonly data: readonly Token[];
  readonly page: { readonly page_size: number; readonly cursor: string | null; readonly more: boolean };
}

export interface NewToken {
  readonly access: Access;
  readonly audiences: readonly string[] | null;
  readonly verifies?: true;
  readonly description: string | null;
  readonly expires_at?: string | null;
}

export interface CreatedToken {
  readonly id: string;
  readonly access: Access;
  readonly description: string | null;
  readonly expires_at: string | null;
  /** Left out for Publisher itself. */
  readonly audiences?: readonly string[];
  /** As with `Token`. */
  readonly verifies?: true;
  /** The secret, this once. */
  readonly token: string;
  readonly created_at: string;
}

/** The token that took another's place. */
export interface SuccessorToken extends CreatedToken {
  /** The id of the other. */
  readonly replaces: string;
}

/** What is to be otherwise; what is left out stays. */
export interface TokenUpdate {
  readonly id: string;
  readonly description?: string | null;
  readonly expires_at?: string | null;
}

export interface TokenRotation {
  readonly id: string;
  /** For how long the old secret goes on; with 0 it is revoked. */
  readonly overlap_seconds: number;
  /** Left out: as long as the old token was to live, from now on. */
  readonly expires_at?: string | null;
}

export interface Expiries {
  /** A day of UTC, as `2026-12-31`. */
  readonly date: string;
  readonly count: number;
}

export interface Summary {
  readonly counts: StatusCounts;
  readonly never_used: number;
  /** The next 90 days, today first. */
  readonly expiries: readonly Expiries[];
  /** How many tokens have a secret that was shown in the last 7 days, after the token's end. */
  readonly reused: number;
}
