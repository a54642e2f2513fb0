import type { Pattern } from "./pattern.ts";
import type { UnixSeconds } from "./time.ts";
import { statusAt, type Token } from "./token.ts";

export type TimeKey = "created_at" | "expires_at" | "revoked_at" | "last_used_at";
export type PatternKey = "id" | "description";
export type FilterKey = TimeKey | PatternKey | "access" | "status" | "created_by";
export type SortKey = Exclude<FilterKey, "status" | "created_by">;
export type Value = string | number;

export const TIME_KEYS: readonly TimeKey[] = ["created_at", "expires_at", "revoked_at", "last_used_at"];
export const PATTERN_KEYS: readonly PatternKey[] = ["description", "id"];
export const SORT_KEYS: readonly SortKey[] = ["id", "access", "description", ...TIME_KEYS];
export const FILTER_KEYS: readonly FilterKey[] = [...SORT_KEYS, "status", "created_by"];

/** The page size where none is asked for, the greatest that is served, and the greatest number of rows to skip. */
export const PAGE_LIMIT_DEFAULT = 500;
export const PAGE_LIMIT_MAX = 1000;
export const SKIP_MAX = 1_000_000;

/** The most conditions in one list of filters, `and` and `or` counted, and how deep they may lie in each other. */
export const CONDITION_LIMIT = 64;
export const CONDITION_DEPTH_MAX = 8;

/** What a token must fulfil to be listed. A value that is null fulfils only `exists` (false) and `nin`. */
export type Condition =
  | { readonly op: "and" | "or"; readonly conditions: readonly Condition[] }
  | { readonly op: "eq"; readonly key: FilterKey; readonly value: Value }
  | { readonly op: "in" | "nin"; readonly key: FilterKey; readonly values: readonly Value[] }
  | { readonly op: "exists"; readonly key: FilterKey; readonly value: boolean }
  | { readonly op: "lt" | "gt"; readonly key: TimeKey; readonly value: UnixSeconds }
  | { readonly op: "regex"; readonly key: PatternKey; readonly pattern: Pattern };

export interface Sort {
  readonly key: SortKey;
  readonly direction: "asc" | "desc";
}

/** Where a page ended: the last token's value for each sort, then its id. */
export type Position = readonly (Value | null)[];

/** What a caller asks of a list. */
export interface Listing {
  readonly conditions: readonly Condition[];
  readonly sorts: readonly Sort[];
  readonly limit: number;
  readonly skip: number;
  readonly cursor: string | null;
}

/** What a store is asked for: the tokens that fulfil `condition`, in the order of `sorts`, nulls last, ties by id. */
export interface ListQuery {
  readonly condition: Condition;
  readonly sorts: readonly Sort[];
  /** Begin behind this position, or at the start. */
  readonly after: Position | null;
  readonly skip: number;
  readonly limit: number;
  /** The moment at which `status` is judged. */
  readonly now: UnixSeconds;
}

export interface Page {
  readonly tokens: readonly Token[];
  /** Where the next page begins; null if this is the last. */
  readonly cursor: string | null;
}

const NEWEST_FIRST: readonly Sort[] = [{ key: "id", direction: "desc" }];
const NOT_REVOKED: Condition = { op: "exists", key: "revoked_at", value: false };
const SHOWING_REVOKED: readonly FilterKey[] = ["status", "revoked_at", "id"];

export function sortsOf(listing: Listing): readonly Sort[] {
  return listing.sorts.length === 0 ? NEWEST_FIRST : listing.sorts;
}

/** The whole condition of a listing: revoked tokens are left out unless a filter asks about such a thing. */
export function conditionOf({ conditions }: Listing): Condition {
  const asked: Condition = { op: "and", conditions };
  return names(asked, SHOWING_REVOKED) ? asked : { op: "and", conditions: [...conditions, NOT_REVOKED] };
}

/** Whether the condition has a part that fulfils `test`. */
export function someCondition(condition: Condition, test: (part: Condition) => boolean): boolean {
  if (test(condition)) return true;
  return "conditions" in condition && condition.conditions.some((part) => someCondition(part, test));
}

export function positionOf(token: Token, sorts: readonly Sort[]): Position {
  return [...sorts.map(({ key }) => attribute(token, key, 0)), token.id];
}

/** Whether the token fulfils the condition at that moment. */
export function fulfils(token: Token, condition: Condition, now: UnixSeconds): boolean {
  switch (condition.op) {
    case "and":
      return condition.conditions.every((part) => fulfils(token, part, now));
    case "or":
      return condition.conditions.some((part) => fulfils(token, part, now));
    default:
      return holds(attribute(token, condition.key, now), condition);
  }
}

function holds(value: Value | null, condition: Exclude<Condition, { op: "and" | "or" }>): boolean {
  if (condition.op === "exists") return (value !== null) === condition.value;
  if (condition.op === "nin") return value === null || !condition.values.includes(value);
  if (value === null) return false;
  switch (condition.op) {
    case "eq":
      return value === condition.value;
    case "in":
      return condition.values.includes(value);
    case "lt":
      return Number(value) < condition.value;
    case "gt":
      return Number(value) > condition.value;
    case "regex":
      return condition.pattern.matches(String(value));
  }
}

function attribute(token: Token, key: FilterKey, now: UnixSeconds): Value | null {
  switch (key) {
    case "id":
      return token.id;
    case "access":
      return token.access;
    case "description":
      return token.description;
    case "status":
      return statusAt(token, now);
    case "created_by":
      return token.createdBy;
    case "created_at":
      return token.createdAt;
    case "expires_at":
      return token.expiresAt;
    case "revoked_at":
      return token.revokedAt;
    case "last_used_at":
      return token.lastUsedAt;
  }
}

function names(condition: Condition, keys: readonly FilterKey[]): boolean {
  return someCondition(condition, (part) => "key" in part && keys.includes(part.key));
}
