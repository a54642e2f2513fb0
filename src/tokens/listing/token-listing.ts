import type { UnixSeconds } from "../time.ts";
import { ACCESSES, STATUSES, statusAt, type Token } from "../token.ts";
import type { Condition, ListedResource, ListKey } from "./listing.ts";

const KEYS = {
  id: { kind: "token-id", sorts: true, matches: true, read: ({ id }) => id },
  access: { kind: ACCESSES, sorts: true, read: ({ access }) => access },
  description: { kind: "description", sorts: true, matches: true, read: ({ description }) => description },
  created_at: { kind: "time", sorts: true, read: ({ createdAt }) => createdAt },
  expires_at: { kind: "time", sorts: true, read: ({ expiresAt }) => expiresAt },
  revoked_at: { kind: "time", sorts: true, read: ({ revokedAt }) => revokedAt },
  last_used_at: { kind: "time", sorts: true, read: ({ lastUsedAt }) => lastUsedAt },
  replaced_by: { kind: "token-id", sorts: true, read: ({ replacedBy }) => replacedBy },
  reused_at: { kind: "time", sorts: true, read: ({ reusedAt }) => reusedAt },
  status: { kind: STATUSES, read: statusAt },
  created_by: { kind: "token-id", read: ({ createdBy }) => createdBy },
  audiences: { kind: "audience", several: true, read: ({ audiences }) => audiences },
  verifies: { kind: ["true"], read: ({ verifies }) => (verifies ? "true" : null) },
} satisfies Readonly<Record<string, ListKey<Token>>>;

/** A key that tokens are filtered by. */
export type TokenKey = keyof typeof KEYS;

/** Tokens as they are listed: without the revoked ones, unless a filter asks about such a thing. */
export const TOKEN_LISTING: ListedResource<Token> = {
  resource: "api-token",
  keys: KEYS,
  usual: {
    condition: { op: "exists", key: "revoked_at", value: false },
    unless: ["status", "revoked_at", "id", "reused_at"],
  },
};

/** Tokens that were last used before that moment. One that was never used counts from its creation. */
export function unusedSince(moment: UnixSeconds): Condition {
  const usedBefore: Condition = { op: "lt", key: "last_used_at", value: moment };
  const neverUsed: Condition = { op: "exists", key: "last_used_at", value: false };
  const createdBefore: Condition = { op: "lt", key: "created_at", value: moment };
  return { op: "or", conditions: [usedBefore, { op: "and", conditions: [neverUsed, createdBefore] }] };
}

/** Tokens that have not ended at `now` and will by `end`, that moment included. */
export function endsWithin(now: UnixSeconds, end: UnixSeconds): Condition {
  return {
    op: "and",
    conditions: [
      { op: "gt", key: "expires_at", value: now },
      { op: "lt", key: "expires_at", value: end + 1 },
    ],
  };
}
