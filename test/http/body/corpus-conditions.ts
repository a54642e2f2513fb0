import fc from "fast-check";
import { words } from "../../support/words.ts";

/** Ids and secrets of the store, for requests that refer to them. */
export interface Known {
  readonly ids: readonly string[];
  readonly secrets: readonly string[];
}

/** The keys of a list. */
interface ListUnderTest {
  readonly sorts: readonly string[];
  readonly patterns: readonly string[];
  readonly times: readonly string[];
  /** Keys for the id of a token. */
  readonly ids: readonly string[];
  /** The other keys with their values. */
  readonly values: Readonly<Record<string, fc.Arbitrary<string>>>;
}

const TOKEN_TIMES = words`created_at expires_at revoked_at last_used_at reused_at`;

export const TOKENS: ListUnderTest = {
  sorts: [...words`id access description replaced_by status`, ...TOKEN_TIMES],
  patterns: ["id", "description"],
  times: TOKEN_TIMES,
  ids: words`id created_by replaced_by`,
  values: {
    access: fc.constantFrom("read", "write"),
    status: fc.constantFrom("active", "expired", "revoked"),
    description: fc.string({ unit: "grapheme", maxLength: 8 }),
    audiences: fc.constantFrom("wiki", "git-2"),
  },
};

export const AUDIT_EVENTS: ListUnderTest = {
  sorts: words`id at action actor target ip`,
  patterns: ["id"],
  times: ["at"],
  ids: ["actor", "target"],
  values: {
    id: fc.constantFrom("aevt_0", `aevt_${"z".repeat(64)}`),
    action: fc.constantFrom(...words`api-token.create api-token.update api-token.rotate api-token.revoke`),
    trace_id: fc.constantFrom("0".repeat(32), "4bf92f3577b34da6a3ce929d0e0e4736"),
    ip: fc.constantFrom("192.0.2.1", "::1"),
  },
};

/** A time, most often one of RFC 3339. */
export function time(): fc.Arbitrary<string> {
  const zone = fc.constantFrom("", ...words`Z Z Z z +02:00 -23:59 +25:00`);
  return fc
    .tuple(fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }), zone)
    .map(([moment, ending]) => moment.toISOString().replace(/(?:\.000)?Z$/, ending));
}

/** The body of a list, most often a right one. */
export function list(known: Known, listed: ListUnderTest): fc.Arbitrary<object> {
  const paging = { limit: fc.integer({ min: 1, max: 20 }), skip: fc.nat(30) };
  const direction = fc.constantFrom("asc", "asc", "desc", "desc", "up");
  const sort = fc.record({ key: fc.constantFrom(...listed.sorts), direction }, { requiredKeys: ["key"] });
  const sorts = fc.uniqueArray(sort, { selector: ({ key }) => key, maxLength: 3 });
  return fc.record(
    {
      pagination: fc.record(paging, { requiredKeys: [] }),
      filters: fc.array(condition(known, listed), { maxLength: 3 }),
      sorts,
    },
    { requiredKeys: [] },
  );
}

/** Conditions of every operator, nested at random, most of them right. */
function condition(known: Known, listed: ListUnderTest): fc.Arbitrary<object> {
  const comparison = fc.oneof(
    { weight: 9, arbitrary: rightComparison(known, listed) },
    { weight: 1, arbitrary: anyComparison(known, listed) },
  );
  return fc.letrec<{ any: object; group: object }>((tie) => ({
    any: fc.oneof({ maxDepth: 9, depthSize: "small" }, comparison, tie("group")),
    group: fc
      .tuple(fc.constantFrom("and", "or"), fc.array(tie("any"), { maxLength: 4 }))
      .map(([op, parts]) => ({ [op]: parts })),
  })).any;
}

function rightComparison(
  known: Known,
  { times, ids, patterns, values }: ListUnderTest,
): fc.Arbitrary<object> {
  const id = fc.constantFrom(...known.ids);
  return fc.oneof(
    ...Object.entries(values).map(([key, value]) => compared([key], value, ["eq"])),
    compared(ids, id, ["eq"]),
    compared(times, time(), ["eq", "lt", "gt"]),
    fc.record({ key: fc.constantFrom(...patterns), regex: regex() }),
  );
}

function anyComparison({ ids, secrets }: Known, listed: ListUnderTest): fc.Arbitrary<object> {
  const keys = ["hint", ...Object.keys(listed.values), ...listed.ids, ...listed.times];
  const value: fc.Arbitrary<unknown> = fc.oneof(
    fc.constantFrom("read", "active", ...ids, ...secrets, null, 5, true),
    time(),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  return compared(keys, value, words`eq lt gt in exists regex ne`);
}

function compared(
  keys: readonly string[],
  value: fc.Arbitrary<unknown>,
  operators: readonly string[],
): fc.Arbitrary<object> {
  const several = fc.tuple(fc.constantFrom("in", "nin"), fc.array(value, { minLength: 1, maxLength: 3 }));
  const exists = fc.tuple(fc.constant("exists"), fc.boolean());
  const operation = fc.oneof(fc.tuple(fc.constantFrom(...operators), value), several, exists);
  return fc
    .tuple(fc.constantFrom(...keys), operation)
    .map(([key, [operator, operand]]) => ({ key, [operator]: operand }));
}

function regex() {
  const pattern = fc.oneof(
    fc.constantFrom(...words`token ^a [a-z]+$ (?i)READ (a+)+$ \p{L} a{1000} .`),
    fc.string({ unit: fc.constantFrom(..."()[]{}|*+?^$\\.pPLQE:-,19azi<>=!"), maxLength: 6 }),
  );
  return fc.record({ pattern, case_insensitive: fc.boolean() }, { requiredKeys: ["pattern"] });
}
