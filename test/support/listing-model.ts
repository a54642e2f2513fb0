import type { Condition, Sort, Value } from "../../src/tokens/listing.ts";
import type { UnixSeconds } from "../../src/tokens/time.ts";
import type { Token } from "../../src/tokens/token.ts";
import type { TokenKey } from "../../src/tokens/token-listing.ts";

/**
 * What a list must have in it and in which order, told as plainly as the contract tells it: for small sets alone, and
 * without a line of the code that it is held against.
 */
export function expectedList(
  tokens: readonly Token[],
  conditions: readonly Condition[],
  sorts: readonly Sort[],
  now: UnixSeconds,
): readonly Token[] {
  return tokens.filter((token) => isListed(token, conditions, now)).sort(inOrderOf(sorts));
}

/** Whether a token is in the list at that moment. */
export function isListed(token: Token, conditions: readonly Condition[], now: UnixSeconds): boolean {
  const isHidden = token.revokedAt !== null && !conditions.some(asksForRevoked);
  return !isHidden && conditions.every((condition) => satisfies(token, condition, now));
}

/** The value that a token has under the name that the API gives it. */
export function valueUnder(token: Token, key: string, now: UnixSeconds): Value | null {
  const hasExpired = token.expiresAt !== null && token.expiresAt <= now;
  const live = hasExpired ? "expired" : "active";
  const values: Readonly<Record<TokenKey, Value | null>> = {
    id: token.id,
    access: token.access,
    description: token.description,
    status: token.revokedAt === null ? live : "revoked",
    created_by: token.createdBy,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    revoked_at: token.revokedAt,
    last_used_at: token.lastUsedAt,
  };
  return new Map(Object.entries(values)).get(key) ?? null;
}

function asksForRevoked(condition: Condition): boolean {
  if ("conditions" in condition) return condition.conditions.some(asksForRevoked);
  return condition.key === "status" || condition.key === "revoked_at" || condition.key === "id";
}

function satisfies(token: Token, condition: Condition, now: UnixSeconds): boolean {
  if ("conditions" in condition) {
    const parts = condition.conditions.map((part) => satisfies(token, part, now));
    return condition.op === "and" ? !parts.includes(false) : parts.includes(true);
  }
  const value = valueUnder(token, condition.key, now);
  if (value === null) {
    return condition.op === "nin" || (condition.op === "exists" && !condition.value);
  }
  switch (condition.op) {
    case "eq":
      return condition.value === value;
    case "in":
      return condition.values.some((one) => one === value);
    case "nin":
      return condition.values.every((one) => one !== value);
    case "exists":
      return condition.value;
    case "lt":
      return Number(value) < condition.value;
    case "gt":
      return Number(value) > condition.value;
    case "regex":
      return new RegExp(condition.pattern.source, condition.pattern.caseInsensitive ? "ius" : "us").test(
        String(value),
      );
  }
}

function inOrderOf(sorts: readonly Sort[]): (left: Token, right: Token) => number {
  const order: readonly Sort[] = sorts.length === 0 ? [{ key: "id", direction: "desc" }] : sorts;
  return (left, right) => {
    for (const { key, direction } of order) {
      const [one, other] = [valueUnder(left, key, 0), valueUnder(right, key, 0)];
      if (one === other) continue;
      if (one === null) return 1;
      if (other === null) return -1;
      return direction === "asc" ? compare(one, other) : compare(other, one);
    }
    return compare(left.id, right.id);
  };
}

/** Numbers by size, text by code point. */
function compare(one: Value, other: Value): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [points, others] = [[...String(one)], [...String(other)]];
  for (const [index, character] of points.entries()) {
    const against = others[index];
    if (against === undefined) return 1;
    const difference = (character.codePointAt(0) ?? 0) - (against.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return points.length - others.length;
}
