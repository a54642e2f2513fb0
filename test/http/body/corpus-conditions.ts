import fc from "fast-check";

/** Ids and secrets of the store, for requests that refer to them. */
export interface Known {
  readonly ids: readonly string[];
  readonly secrets: readonly string[];
}

/** The keys of a list. */
export interface ListUnderTest {
  readonly times: readonly string[];
  readonly sorts: readonly string[];
  readonly patterns: readonly string[];
  /** The other keys with their values; null stands for the id of a token. */
  readonly values: Readonly<Record<string, fc.Arbitrary<string> | null>>;
}

const TOKEN_TIMES = ["created_at", "expires_at", "revoked_at", "last_used_at", "reused_at"];

export const TOKENS: ListUnderTest = {
  times: TOKEN_TIMES,
  sorts: ["id", "access", "description", ...TOKEN_TIMES, "replaced_by", "status"],
  patterns: ["id", "description"],
  values: {
    id: null,
    created_by: null,
    replaced_by: null,
    access: fc.constantFrom("read", "write"),
    status: fc.constantFrom("active", "expired", "revoked"),
    description: fc.string({ unit: "grapheme", maxLength: 8 }),
    audiences: fc.constantFrom("wiki", "git-2"),
  },
};

export const AUDIT_EVENTS: ListUnderTest = {
  times: ["at"],
  sorts: ["id", "at", "action", "actor", "target", "ip"],
  patterns: ["id"],
  values: {
    id: fc.constantFrom("aevt_0", `aevt_${"z".repeat(64)}`),
    action: fc.constantFrom("api-token.create", "api-token.update", "api-token.rotate", "api-token.revoke"),
    actor: null,
    target: null,
    trace_id: fc.constantFrom("0".repeat(32), "4bf92f3577b34da6a3ce929d0e0e4736"),
    ip: fc.constantFrom("192.0.2.1", "::1"),
  },
};

/** A time, most often one of RFC 3339. */
export function time(): fc.Arbitrary<string> {
  const zone = fc.constantFrom("Z", "Z", "Z", "z", "+02:00", "-23:59", "+25:00", "");
  return fc
    .tuple(fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }), zone)
    .map(([moment, ending]) => moment.toISOString().replace(/(?:\.000)?Z$/, ending));
}

export function sort({ sorts }: ListUnderTest) {
  const key = fc.constantFrom(...sorts);
  return fc.record(
    { key, direction: fc.constantFrom("asc", "asc", "desc", "desc", "up") },
    { requiredKeys: ["key"] },
  );
}

/** Conditions of every operator, nested at random, most of them right. */
export function condition(known: Known, listed: ListUnderTest): fc.Arbitrary<object> {
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

function rightComparison({ ids }: Known, { times, patterns, values }: ListUnderTest): fc.Arbitrary<object> {
  const valued = Object.entries(values).map(([key, value]) =>
    operation(value ?? fc.constantFrom(...ids), fc.constantFrom("eq")).map((operator) => ({
      key,
      ...operator,
    })),
  );
  const timed = fc
    .tuple(fc.constantFrom(...times), operation(time(), fc.constantFrom("eq", "lt", "gt")))
    .map(([key, operator]) => ({ key, ...operator }));
  const matched = fc.record({ key: fc.constantFrom(...patterns), regex: regex() });
  return fc.oneof(...valued, timed, matched);
}

function operation(value: fc.Arbitrary<unknown>, single: fc.Arbitrary<string>): fc.Arbitrary<object> {
  const several = fc.tuple(fc.constantFrom("in", "nin"), fc.array(value, { minLength: 1, maxLength: 3 }));
  return fc.oneof(
    fc.tuple(single, value).map(([op, operand]) => ({ [op]: operand })),
    several.map(([op, operands]) => ({ [op]: operands })),
    fc.record({ exists: fc.boolean() }),
  );
}

function anyComparison({ ids, secrets }: Known, { times, values }: ListUnderTest): fc.Arbitrary<object> {
  const key = fc.constantFrom("hint", ...Object.keys(values), ...times);
  const value: fc.Arbitrary<unknown> = fc.oneof(
    fc.constantFrom("read", "active", ...ids, ...secrets, null, 5, true),
    time(),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  const single = fc.constantFrom("eq", "lt", "gt", "in", "exists", "regex", "ne");
  return fc.tuple(key, operation(value, single)).map(([name, operator]) => ({ key: name, ...operator }));
}

function regex() {
  const pattern = fc.oneof(
    fc.constantFrom("token", "^a", "[a-z]+$", "(?i)READ", "(a+)+$", "\\p{L}", "a{1000}", "."),
    fc.string({ unit: fc.constantFrom(..."()[]{}|*+?^$\\.pPLQE:-,19azi<>=!"), maxLength: 6 }),
  );
  return fc.record({ pattern, case_insensitive: fc.boolean() }, { requiredKeys: ["pattern"] });
}
