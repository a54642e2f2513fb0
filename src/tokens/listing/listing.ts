import type { UnixSeconds } from "../time.ts";
import type { Pattern } from "./pattern.ts";

export type Value = string | number;

/** The values of a key: one of these names, or a value of that kind. */
export type Kind =
  | readonly string[]
  | "audience"
  | "audit-event-id"
  | "description"
  | "ip"
  | "time"
  | "token-id"
  | "trace-id";

/** The properties of a key of the rows of a list. */
export interface KeyTraits {
  readonly kind: Kind;
  /** Whether it can be sorted by. */
  readonly sorts?: boolean;
  /** Whether it can be matched against patterns. */
  readonly matches?: boolean;
  /** Whether a row has a list of values under it, of which a condition is fulfilled by any; such a list is never empty. */
  readonly several?: boolean;
}

/** One key of the rows of a list. */
export interface ListKey<Row> extends KeyTraits {
  /** Returns the values of a row at that moment. */
  readonly read: (row: Row, now: UnixSeconds) => Value | readonly Value[] | null;
}

/** The keys by which a resource is filtered and sorted. */
export interface ListTerms {
  /** The resource, under the name that the API gives it. */
  readonly resource: string;
  readonly keys: Readonly<Record<string, KeyTraits>>;
}

/** A resource that can be listed, newest first unless sorted otherwise. */
export interface ListedResource<Row> extends ListTerms {
  readonly keys: Readonly<Record<string, ListKey<Row>>>;
  /** A condition that applies unless a filter names one of the keys in `unless`; null for none. */
  readonly usual: { readonly condition: Condition; readonly unless: readonly string[] } | null;
}

export interface Identified {
  /** The later the row was made, the greater, as text. */
  readonly id: string;
}

/** The page size where none is asked for, the greatest that is served, and the greatest number of rows to skip. */
export const PAGE_LIMIT_DEFAULT = 500;
export const PAGE_LIMIT_MAX = 1000;
export const SKIP_MAX = 1_000_000;

/** The most conditions in one list of filters, `and` and `or` counted, and how deep they may lie in each other. */
export const CONDITION_LIMIT = 64;
export const CONDITION_DEPTH_MAX = 8;

/** A condition on the values of one key. */
export type Comparison =
  | { readonly op: "eq"; readonly key: string; readonly value: Value }
  | { readonly op: "in" | "nin"; readonly key: string; readonly values: readonly Value[] }
  | { readonly op: "exists"; readonly key: string; readonly value: boolean }
  | { readonly op: "lt" | "gt"; readonly key: string; readonly value: UnixSeconds }
  | { readonly op: "regex"; readonly key: string; readonly pattern: Pattern };

/**
 * A condition on a row. A null value fulfils only `exists` (false) and `nin`. Of several values one must fulfil the
 * condition, and for `nin` all.
 */
export type Condition = { readonly op: "and" | "or"; readonly conditions: readonly Condition[] } | Comparison;

export const DIRECTIONS = ["asc", "desc"] as const;

export interface Sort {
  readonly key: string;
  readonly direction: (typeof DIRECTIONS)[number];
}

/** Where a page ended: the last row's value for each sort, then its id. */
export type Position = readonly (Value | null)[];

/** The parameters of a list. */
export interface Listing {
  readonly conditions: readonly Condition[];
  readonly sorts: readonly Sort[];
  readonly limit: number;
  readonly skip: number;
  readonly cursor: string | null;
}

/** Asks a store for the rows that fulfil `condition`, in the order of `sorts`, nulls last, ties by id. */
export interface ListQuery {
  readonly condition: Condition;
  readonly sorts: readonly Sort[];
  /** Begin behind this position, or at the start. */
  readonly after: Position | null;
  readonly skip: number;
  readonly limit: number;
  /** The time at which the status of a row is computed. */
  readonly now: UnixSeconds;
}

const NEWEST_FIRST: readonly Sort[] = [{ key: "id", direction: "desc" }];

export function filterKeys({ keys }: ListTerms): readonly string[] {
  return Object.keys(keys);
}

export function sortKeys(terms: ListTerms): readonly string[] {
  return keysThat(terms, ({ sorts }) => sorts === true);
}

export function timeKeys(terms: ListTerms): readonly string[] {
  return keysThat(terms, ({ kind }) => kind === "time");
}

export function patternKeys(terms: ListTerms): readonly string[] {
  return keysThat(terms, ({ matches }) => matches === true);
}

/** The properties of a key. Throws if the resource does not have it. */
export function keyOf<Key>(
  { resource, keys }: { readonly resource: string; readonly keys: Readonly<Record<string, Key>> },
  name: string,
): Key {
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) throw new Error(`no list of ${resource} has the key ${name}`);
  return key;
}

export function sortsOf(listing: Listing): readonly Sort[] {
  return listing.sorts.length === 0 ? NEWEST_FIRST : listing.sorts;
}

/** The conditions of the caller, and the usual condition where it applies. */
export function conditionOf<Row>({ usual }: ListedResource<Row>, { conditions }: Listing): Condition {
  const asked: Condition = { op: "and", conditions };
  if (usual === null || names(asked, usual.unless)) return asked;
  return { op: "and", conditions: [...conditions, usual.condition] };
}

/** Whether a listing filters or sorts by a key. */
export function usesKey({ conditions, sorts }: Listing, name: string): boolean {
  return sorts.some(({ key }) => key === name) || names({ op: "and", conditions }, [name]);
}

/** Whether the condition has a part that fulfils `test`. */
export function someCondition(condition: Condition, test: (part: Condition) => boolean): boolean {
  if (test(condition)) return true;
  return "conditions" in condition && condition.conditions.some((part) => someCondition(part, test));
}

export function positionOf<Row extends Identified>(
  resource: ListedResource<Row>,
  row: Row,
  sorts: readonly Sort[],
): Position {
  return [...sorts.map(({ key }) => valuesOf(resource, row, key, 0)[0] ?? null), row.id];
}

/** The values of a row under a key; none where that is null. */
export function valuesOf<Row>(
  resource: ListedResource<Row>,
  row: Row,
  key: string,
  now: UnixSeconds,
): readonly Value[] {
  const found = keyOf(resource, key).read(row, now);
  if (found === null) return [];
  return typeof found === "object" ? found : [found];
}

function keysThat({ keys }: ListTerms, test: (traits: KeyTraits) => boolean): readonly string[] {
  return Object.entries(keys).flatMap(([name, traits]) => (test(traits) ? [name] : []));
}

function names(condition: Condition, keys: readonly string[]): boolean {
  return someCondition(condition, (part) => "key" in part && keys.includes(part.key));
}
