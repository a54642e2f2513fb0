export type Access = "read" | "write";

export const ACCESSES: readonly Access[] = ["read", "write"];

export type Status = "active" | "expired" | "revoked";

export const STATUSES: readonly Status[] = ["active", "expired", "revoked"];
