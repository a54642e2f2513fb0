import type { Token } from "../api/types.ts";

/** How a token ended before its secret was last shown: it can have been revoked after that. */
export function endBeforeReuse({
  reused_at,
  revoked_at,
}: Pick<Token, "reused_at" | "revoked_at">): "revoked" | "replaced" {
  return reused_at !== null && revoked_at !== null && reused_at >= revoked_at ? "revoked" : "replaced";
}
