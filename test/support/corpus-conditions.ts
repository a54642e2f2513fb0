import fc from "fast-check";

/** What requests may refer to. */
export interface Known {
  readonly ids: readonly string[];
  readonly secrets: readonly string[];
}

const TIMES = ["created_at", "expires_at", "revoked_at", "last_used_at"];

/** A time, most often one of RFC 3339. */
export function time(): fc.Arbitrary<string> {
  const zone = fc.constantFrom("Z", "Z", "Z", "z", "+02:00", "-23:59", "+25:00", "");
  return fc
    .tuple(fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }), zone)
    .map(([moment, ending]) => moment.toISOString().replace(/(?:\.000)?Z$/, ending));
}

export function sort() {
  const key = fc.constantFrom("id", "access", "description", ...TIMES, "status");
  return fc.record(
    { key, direction: fc.constantFrom("asc", "asc", "desc", "desc", "up") },
    { requiredKeys: ["key"] },
  );
}

/** Conditions of every operator, nested at random, most of them right. */
export function condition(known: Known): fc.Arbitrary<object> {
  const comparison = fc.oneof(
    { weight: 9, arbitrary: rightComparison(known) },
    { weight: 1, arbitrary: anyComparison(known) },
  );
  return fc.letrec<{ any: object; group: object }>((tie) => ({
    any: fc.oneof({ maxDepth: 9, depthSize: "small" }, comparison, tie("group")),
    group: fc
      .tuple(fc.constantFrom("and", "or"), fc.array(tie("any"), { maxLength: 4 }))
      .map(([op, parts]) => ({ [op]: parts })),
  })).any;
}

function rightComparison({ ids }: Known): fc.Arbitrary<object> {
  const valued = (keys: readonly string[], value: fc.Arbitrary<string>) =>
    fc
      .tuple(fc.constantFrom(...keys), operation(value, fc.constantFrom("eq")))
      .map(([key, operator]) => ({ key, ...operator }));
  const timed = fc
    .tuple(fc.constantFrom(...TIMES), operation(time(), fc.constantFrom("eq", "lt", "gt")))
    .map(([key, operator]) => ({ key, ...operator }));
  const matched = fc.record({ key: fc.constantFrom("id", "description"), regex: regex() });
  return fc.oneof(
    valued(["id", "created_by"], fc.constantFrom(...ids)),
    valued(["access"], fc.constantFrom("read", "write")),
    valued(["status"], fc.constantFrom("active", "expired", "revoked")),
    valued(["description"], fc.string({ unit: "grapheme", maxLength: 8 })),
    timed,
    matched,
  );
}

function operation(value: fc.Arbitrary<unknown>, single: fc.Arbitrary<string>): fc.Arbitrary<object> {
  const several = fc.tuple(fc.constantFrom("in", "nin"), fc.array(value, { minLength: 1, maxLength: 3 }));
  return fc.oneof(
    fc.tuple(single, value).map(([op, operand]) => ({ [op]: operand })),
    several.map(([op, operands]) => ({ [op]: operands })),
    fc.record({ exists: fc.boolean() }),
  );
}

function anyComparison({ ids, secrets }: Known): fc.Arbitrary<object> {
  const key = fc.constantFrom("id", "access", "description", "status", "created_by", "hint", ...TIMES);
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
