// The pages import these values too, so this file imports nothing.

export type Access = "read" | "write";

export const ACCESSES: readonly Access[] = ["read", "write"];

export type Status = "active" | "expired" | "revoked";

export const STATUSES: readonly Status[] = ["active", "expired", "revoked"];
