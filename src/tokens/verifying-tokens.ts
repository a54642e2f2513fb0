import type { Refusal } from "./refusal.ts";
import type { Token } from "./token.ts";
import type { Verdict } from "./verification.ts";

const SEVERAL: Refusal = {
  refused: "invalid",
  issues: [{ path: "audience", message: "is required: this token verifies tokens for several audiences" }],
};

/**
 * The audience that a caller asks about: the one that it names, or null. A token that verifies may name its own
 * audiences only, and need not name the only one it has.
 */
export function askedAudience(
  { verifies, audiences }: Token,
  named: string | null,
): { readonly audience: string | null } | Refusal {
  if (!verifies) return { audience: named };
  const [first, ...others] = audiences ?? [];
  if (named === null) return first !== undefined && others.length === 0 ? { audience: first } : SEVERAL;
  const isOwn = audiences?.includes(named) ?? false;
  return isOwn ? { audience: named } : { refused: "forbidden", reason: "wrong_audience" };
}

/** The part of a verdict that a caller may read: a token that verifies learns nothing of tokens for other audiences. */
export function verdictFor(caller: Token, verdict: Verdict): Verdict {
  const { token } = verdict;
  if (!caller.verifies || token === null) return verdict;
  const isRelated = token.audiences?.some((name) => caller.audiences?.includes(name)) ?? false;
  return isRelated ? verdict : { token: null, reason: "wrong_audience" };
}
