import fc from "fast-check";
import { AUDIT_ACTIONS, type AuditEvent } from "../../../src/tokens/audit/audit-event.ts";
import { AUDIT_EVENT_LISTING, type AuditEventKey } from "../../../src/tokens/audit/audit-event-listing.ts";
import {
  type Condition,
  type ListTerms,
  patternKeys,
  type Sort,
  sortKeys,
  timeKeys,
  type Value,
} from "../../../src/tokens/listing/listing.ts";
import { compilePattern, type Pattern } from "../../../src/tokens/listing/pattern.ts";
import { TOKEN_LISTING, type TokenKey } from "../../../src/tokens/listing/token-listing.ts";
import { ACCESSES, STATUSES, type Token } from "../../../src/tokens/token.ts";

/** Few moments, so that tokens and conditions often have the same. */
export const FIRST_MOMENT = 1_780_315_198;
const LAST_MOMENT = FIRST_MOMENT + 4;

/** Characters that SQL, patterns, case or the order of UTF-16 could get wrong. */
const LETTERS = [..."aBbéÉß'\"%_\\ ~\uffee😀𝔸"];

export const moment = fc.integer({ min: FIRST_MOMENT, max: LAST_MOMENT });

export const description = fc.oneof(
  fc.constantFrom("", "a", "aB", "é😀", "\uffee", "😀"),
  fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 6 }),
);

const someId = fc.integer({ min: 0, max: 12 }).map((number) => idOf(number));

function idOf(number: number, prefix = "atok_"): string {
  return `${prefix}${String(number).padStart(20, "0")}`;
}

const audience = fc.constantFrom("wiki", "files", "git");

const ip = fc.constantFrom("192.0.2.1", "2001:db8::1");

const bareToken = fc.record({
  access: fc.constantFrom(...ACCESSES),
  audiences: fc.option(fc.uniqueArray(audience, { minLength: 1 })),
  description: fc.option(description),
  hint: fc.constant("abcd"),
  createdAt: moment,
  createdBy: fc.option(someId),
  expiresAt: fc.option(moment),
  revokedAt: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, moment),
  lastUsedAt: fc.option(moment),
  replacedBy: fc.option(someId),
  verifies: fc.boolean(),
  reusedAt: fc.option(moment),
  reusedFrom: fc.option(ip),
});

/** Tokens as a store may hold them, in the order of their ids. */
export const tokenSet: fc.Arbitrary<readonly Token[]> = fc
  .array(bareToken, { maxLength: 24, size: "max" })
  .map((tokens) => tokens.map((token, number) => ({ id: idOf(number), ...token })));

const VALUES: Readonly<Record<TokenKey, fc.Arbitrary<Value>>> = {
  id: someId,
  access: fc.constantFrom(...ACCESSES),
  description,
  status: fc.constantFrom(...STATUSES),
  created_by: someId,
  created_at: moment,
  expires_at: moment,
  revoked_at: moment,
  last_used_at: moment,
  replaced_by: someId,
  reused_at: moment,
  audiences: fc.oneof(audience, fc.constant("mail")),
  verifies: fc.constant("true"),
};

const eventId = fc.integer({ min: 0, max: 12 }).map((number) => idOf(number, "aevt_"));
const traceId = fc.constantFrom("0".repeat(32), "4bf92f3577b34da6a3ce929d0e0e4736");

const bareEvent = fc.record({
  at: moment,
  action: fc.constantFrom(...AUDIT_ACTIONS),
  actor: fc.record({
    tokenId: fc.option(someId),
    traceId: fc.option(traceId),
    requestId: fc.option(traceId),
    ip: fc.option(ip),
  }),
  target: someId,
  changes: fc.record({ description: fc.option(description), expires_at: fc.option(moment) }),
});

/** Audit events as a store may hold them, in the order of their ids. */
export const eventSet: fc.Arbitrary<readonly AuditEvent[]> = fc
  .array(bareEvent, { maxLength: 24, size: "max" })
  .map((events) => events.map((event, number) => ({ id: idOf(number, "aevt_"), ...event })));

const EVENT_VALUES: Readonly<Record<AuditEventKey, fc.Arbitrary<Value>>> = {
  id: eventId,
  at: moment,
  action: fc.constantFrom(...AUDIT_ACTIONS),
  actor: someId,
  target: someId,
  trace_id: traceId,
  request_id: traceId,
  ip,
};

const LITERALS = ["a", "b", "é", "ß", "'", "%", "_", "~", "\uffee", "😀", "0", String.raw`\\`];

/** Patterns that mean the same to RE2 and to JavaScript with the flags `u` and `s`. */
const patternSource = fc
  .array(fc.constantFrom(...LITERALS, ".", "^", "$", "[ab]", "[^a]", "a|B", "(?:a|é)", ".*", "a+", "é?"), {
    maxLength: 4,
  })
  .map((parts) => parts.join(""));

const pattern: fc.Arbitrary<Pattern> = fc
  .tuple(patternSource, fc.boolean())
  .map(([source, caseInsensitive]) => {
    const compiled = compilePattern(source, caseInsensitive);
    if (typeof compiled === "string") throw new Error(`${source} ${compiled}`);
    return compiled;
  });

function onValues([key, value]: readonly [string, fc.Arbitrary<Value>]): fc.Arbitrary<Condition> {
  const values = fc.array(value, { minLength: 1, maxLength: 4 });
  return fc.oneof(
    fc.record({ op: fc.constant("eq" as const), key: fc.constant(key), value }),
    fc.record({ op: fc.constantFrom("in", "nin"), key: fc.constant(key), values }),
    fc.record({ op: fc.constant("exists" as const), key: fc.constant(key), value: fc.boolean() }),
  );
}

/** Any condition of a list, with others inside or without. */
function conditionOf(
  terms: ListTerms,
  valuesUnder: Readonly<Record<string, fc.Arbitrary<Value>>>,
): fc.Arbitrary<Condition> {
  const bound: fc.Arbitrary<Condition> = fc.record({
    op: fc.constantFrom("lt", "gt"),
    key: fc.constantFrom(...timeKeys(terms)),
    value: moment,
  });
  const match: fc.Arbitrary<Condition> = fc.record({
    op: fc.constant("regex" as const),
    key: fc.constantFrom(...patternKeys(terms)),
    pattern,
  });
  return fc.letrec<{ condition: Condition; group: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3 },
      { weight: 4, arbitrary: fc.constantFrom(...Object.entries(valuesUnder)).chain(onValues) },
      bound,
      match,
      { weight: 2, arbitrary: tie("group") },
    ),
    group: fc.record({
      op: fc.constantFrom("and", "or"),
      conditions: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }),
    }),
  })).condition;
}

/** The conditions of a list; more of them would leave most lists empty. */
function conditionsOf(condition: fc.Arbitrary<Condition>): fc.Arbitrary<readonly Condition[]> {
  return fc.oneof(
    fc.constant([]),
    { weight: 4, arbitrary: fc.tuple(condition) },
    { weight: 2, arbitrary: fc.tuple(condition, condition) },
  );
}

/** Sorts of which no two name the same key. */
function sortsOf(terms: ListTerms): fc.Arbitrary<readonly Sort[]> {
  return fc.uniqueArray(
    fc.record({ key: fc.constantFrom(...sortKeys(terms)), direction: fc.constantFrom("asc", "desc") }),
    { selector: ({ key }) => key, maxLength: 4 },
  );
}

export const conditions = conditionsOf(conditionOf(TOKEN_LISTING, VALUES));
export const sorts = sortsOf(TOKEN_LISTING);

export const eventConditions = conditionsOf(conditionOf(AUDIT_EVENT_LISTING, EVENT_VALUES));
export const eventSorts = sortsOf(AUDIT_EVENT_LISTING);
