export type Status = "active" | "expired" | "revoked";

export const STATUSES: readonly Status[] = ["active", "expired", "revoked"];
