export type Access = "read" | "write";

export const ACCESSES: readonly Access[] = ["read", "write"];
