import type { StatusCounts } from "../api/types.ts";
import { countName, tokensName } from "../app/format.ts";

/** How many descendants a revocation revokes: those that are not revoked yet. */
export function revocableCount({ active, expired }: StatusCounts): number {
  return active.read + active.write + expired.read + expired.write;
}

/** The label of the choice to revoke the descendants too; null where their number is not known. */
export function alsoRevokeWords(counts: StatusCounts | null): string {
  if (counts === null) return "Also revoke its descendants";
  const count = revocableCount(counts);
  return `Also revoke its ${descendantsName(count)} (${statusWords(counts)})`;
}

/** The label of a revocation's button, with the number of tokens where several are known. */
export function revokeWords(wasRevoked: boolean, chosen: StatusCounts | "none" | "unknown"): string {
  if (chosen === "none") return "Revoke token";
  if (chosen === "unknown") return "Revoke tokens";
  const count = revocableCount(chosen) + (wasRevoked ? 0 : 1);
  return count === 1 ? "Revoke token" : `Revoke ${tokensName(count)}`;
}

/** As `1 descendant` or `2,000 descendants`. */
export function descendantsName(count: number): string {
  return `${countName(count)} ${count === 1 ? "descendant" : "descendants"}`;
}

/** As `3 active, 1 expired`. */
export function statusWords({ active, expired }: StatusCounts): string {
  const counts = [
    ["active", active.read + active.write],
    ["expired", expired.read + expired.write],
  ] as const;
  return counts
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${countName(count)} ${status}`)
    .join(", ");
}

/** Why there is nothing to choose: no descendant is left to revoke. */
export function noneLeftWords({ revoked }: StatusCounts): string {
  return revoked.read + revoked.write === 0
    ? "It has no descendants."
    : "All its descendants are revoked already.";
}

/**
 * The announcement of a revocation. `counts` are the descendants before it; undefined if only the token itself was
 * revoked. After a lost answer and a repeated call, the counts have all descendants as revoked.
 */
export function revokedWords(name: string, counts: StatusCounts | undefined): string {
  if (counts === undefined) return `Revoked ${name}`;
  const count = revocableCount(counts);
  if (count === 0) return `Revoked ${name}. All its descendants are revoked`;
  return `Revoked ${name} and ${descendantsName(count)}`;
}
