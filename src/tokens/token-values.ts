// The pages import these values too, so this file imports nothing.

export type Access = "read" | "write";

export const ACCESSES: readonly Access[] = ["read", "write"];

export type Status = "active" | "expired" | "revoked";

export const STATUSES: readonly Status[] = ["active", "expired", "revoked"];

/** The most code points that a description may have: an emoji may be several. */
export const DESCRIPTION_LIMIT = 500;
