import fc from "fast-check";
import { words } from "../../support/words.ts";
import { AUDIT_EVENTS, type Known, list, TOKENS, time } from "./corpus-conditions.ts";

/** Names in bodies, near misses of them, and names of every object's prototype. */
const NAMES = [
  ...words`
    access audiences audience overlap_seconds token tokens description expires_at id pagination limit skip cursor filters
    sorts key direction and or eq in nin exists regex lt gt pattern case_insensitive bucket ids from to expire_at
    Access __proto__ constructor toString hasOwnProperty length then`,
  "",
];

const audience = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** Takes an endpoint such as `api-token/list`. Any other path gets the body of a creation. */
export type BodyFor = (endpoint: string) => string | Uint8Array;

/** Bodies of every kind: right ones, right ones gone wrong, JSON of any shape, and no JSON at all. */
export function bodies(known: Known): fc.Arbitrary<BodyFor> {
  const other = fc.oneof(
    { weight: 5, arbitrary: anyJson(known) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
    { weight: 2, arbitrary: extreme() },
  );
  return fc.oneof(
    { weight: 4, arbitrary: rightBody(known) },
    {
      weight: 3,
      arbitrary: fc.tuple(rightBody(known), mutation()).map(([right, mutate]) => mutated(right, mutate)),
    },
    { weight: 5, arbitrary: other.map((body) => () => body) },
  );
}

function mutated(right: (endpoint: string) => string, mutate: (text: string) => string): BodyFor {
  return (endpoint) => mutate(right(endpoint));
}

function rightBody(known: Known): fc.Arbitrary<(endpoint: string) => string> {
  const create = fc.record(
    {
      access: fc.constantFrom("read", "write"),
      audiences: fc.option(fc.uniqueArray(audience, { minLength: 1, maxLength: 16 })),
      description: fc.option(fc.string({ unit: "grapheme", maxLength: 40 })),
      expires_at: fc.option(time()),
    },
    { requiredKeys: ["access"] },
  );
  const revoke = fc.record({ id: fc.constantFrom(...known.ids) });
  const expiry = { expires_at: fc.option(time()) };
  const update = fc.record(
    { id: fc.constantFrom(...known.ids), description: fc.option(fc.string({ maxLength: 9 })), ...expiry },
    { requiredKeys: ["id"] },
  );
  const rotate = fc.record(
    { id: fc.constantFrom(...known.ids), overlap_seconds: fc.nat(2_592_000), ...expiry },
    { requiredKeys: ["id"] },
  );
  const verify = fc.record(
    {
      token: fc.oneof(fc.constantFrom(...known.secrets), fc.string()),
      access: fc.constantFrom("read", "write"),
      audience: fc.option(audience),
    },
    { requiredKeys: ["token"] },
  );
  const bulkVerify = fc
    .tuple(fc.array(verify, { minLength: 1 }), verify)
    .map(([each, { token: _, ...more }]) => ({ tokens: each.map(({ token }) => token), ...more }));
  const usage = fc.record(
    {
      bucket: fc.constantFrom("hour", "day"),
      id: fc.constantFrom(...known.ids),
      ids: fc.uniqueArray(fc.constantFrom(...known.ids), { minLength: 1 }),
      from: time(),
      to: time(),
    },
    { requiredKeys: ["bucket"] },
  );
  return fc
    .record({
      "api-token/create": create,
      "api-token/list": list(known, TOKENS),
      "api-token/update": update,
      "api-token/rotate": rotate,
      "api-token/verify": verify,
      "api-token/bulk-verify": bulkVerify,
      "api-token/revoke": revoke,
      "api-token/get": revoke,
      "api-token/current": fc.constant({}),
      "api-token/summary": fc.constant({}),
      "api-token/usage": usage,
      "audit-event/list": list(known, AUDIT_EVENTS),
    })
    .map(
      (bodyOf) => (endpoint: string) =>
        JSON.stringify(Reflect.get(bodyOf, endpoint) ?? bodyOf["api-token/create"]),
    );
}

/** JSON of any shape, as text: so with a name twice, with __proto__ as a name, with numbers beyond all bounds. */
function anyJson({ ids, secrets }: Known): fc.Arbitrary<string> {
  const atom = fc.oneof(
    fc.constantFrom(...words`0 -0 1e999 -1e999 1e-999 0.1 9007199254740993 true false null`),
    fc.constantFrom('"\\ud800"', '"\\u0000"', '"\\n"', '"__proto__"', '"🙂"', '"2030-12-31T23:59:59Z"'),
    fc.constantFrom(...ids, ...secrets).map((text) => JSON.stringify(text)),
    fc.string({ unit: "binary", maxLength: 12 }).map((text) => JSON.stringify(text)),
  );
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.constantFrom(...secrets) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 90 }) },
  );
  const { any, object } = fc.letrec<{ any: string; object: string; array: string }>((tie) => ({
    any: fc.oneof({ maxDepth: 5, depthSize: "small" }, atom, tie("object"), tie("array")),
    object: fc
      .array(fc.tuple(name, tie("any")), { maxLength: 5 })
      .map((fields) => `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`),
    array: fc.array(tie("any"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
  }));
  return fc.oneof({ weight: 4, arbitrary: object }, { weight: 1, arbitrary: any });
}

/** Takes a piece of a text out, or puts another in its place or between. */
function mutation(): fc.Arbitrary<(text: string) => string> {
  const piece = fc.oneof(
    fc.constantFrom("", "\u0000", "\ud800", ...words`" { } [ ] : , null \ 1e999 "__proto__":1,`),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  const where = fc.double({ min: 0, max: 1, noNaN: true });
  return fc.tuple(where, fc.nat(6), piece).map(([part, size, put]) => (text) => {
    const at = Math.floor(part * text.length);
    return text.slice(0, at) + put + text.slice(at + size);
  });
}

/** Bodies of great depth and length. */
function extreme(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom("[", '{"a":', '{"and":[', '{"filters":[', '"', " ", "é", '{"a":1,'),
      fc.integer({ min: 1, max: 14 }),
    )
    .map(([part, size]) => part.repeat(2 ** size));
}
