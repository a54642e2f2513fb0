import { describe, expect, test } from "bun:test";
import { fulfils } from "../../../src/tokens/listing/filter-operators.ts";
import {
  type Condition,
  conditionOf,
  positionOf,
  type Sort,
  someCondition,
  sortsOf,
  type Value,
} from "../../../src/tokens/listing/listing.ts";
import { TOKEN_LISTING, type TokenKey } from "../../../src/tokens/listing/token-listing.ts";
import type { Token } from "../../../src/tokens/token.ts";
import { compiled } from "../../support/compiled-pattern.ts";
import { tokenOf } from "../../support/new-token.ts";
import { EVERYTHING } from "../../support/store/store.ts";

const NOW = 1_780_315_200;

const BARE = tokenOf("atok_1", { createdAt: NOW - 100 });

const FULL: Token = {
  ...BARE,
  description: "CI",
  createdBy: "atok_0",
  expiresAt: NOW + 100,
  revokedAt: NOW - 10,
  lastUsedAt: NOW - 20,
  audiences: ["files", "wiki"],
  replacedBy: "atok_9",
  reusedAt: NOW - 5,
};

function matching(pattern: string, key: "id" | "description" = "description"): Condition {
  return { op: "regex", key, pattern: compiled(pattern) };
}

const VALUES: readonly [TokenKey, Value, Value][] = [
  ["id", "atok_1", "atok_2"],
  ["access", "read", "write"],
  ["description", "CI", "ci"],
  ["status", "revoked", "active"],
  ["created_by", "atok_0", "atok_1"],
  ["created_at", NOW - 100, NOW],
  ["expires_at", NOW + 100, NOW],
  ["revoked_at", NOW - 10, NOW],
  ["last_used_at", NOW - 20, NOW],
  ["replaced_by", "atok_9", "atok_0"],
  ["reused_at", NOW - 5, NOW],
  ["audiences", "wiki", "git"],
  ["audiences", "files", "wik"],
];

describe.each(VALUES)("a condition on %s", (key, value, other) => {
  const truth: readonly [Condition, boolean][] = [
    [{ op: "eq", key, value }, true],
    [{ op: "eq", key, value: other }, false],
    [{ op: "in", key, values: [other, value] }, true],
    [{ op: "in", key, values: [other] }, false],
    [{ op: "nin", key, values: [other] }, true],
    [{ op: "nin", key, values: [other, value] }, false],
    [{ op: "exists", key, value: true }, true],
    [{ op: "exists", key, value: false }, false],
  ];
  test.each(truth)("%j is %p", (condition, expected) => {
    expect(fulfils(TOKEN_LISTING, FULL, condition, NOW)).toBe(expected);
  });
});

const NULLABLE =
  "description created_by expires_at revoked_at last_used_at replaced_by reused_at audiences".split(" ");

describe.each(NULLABLE)("a null %s", (key) => {
  const truth: readonly [Condition, boolean][] = [
    [{ op: "eq", key, value: "" }, false],
    [{ op: "eq", key, value: "null" }, false],
    [{ op: "eq", key, value: 0 }, false],
    [{ op: "in", key, values: ["", 0, "null"] }, false],
    [{ op: "nin", key, values: ["", 0, "null"] }, true],
    [{ op: "exists", key, value: false }, true],
    [{ op: "exists", key, value: true }, false],
  ];
  test.each(truth)("fulfils %j: %p", (condition, expected) => {
    expect(fulfils(TOKEN_LISTING, BARE, condition, NOW)).toBe(expected);
  });
});

const REST: readonly [string, Token, Condition, boolean][] = [
  ["before", FULL, { op: "lt", key: "expires_at", value: NOW + 101 }, true],
  ["not before itself", FULL, { op: "lt", key: "expires_at", value: NOW + 100 }, false],
  ["after", FULL, { op: "gt", key: "expires_at", value: NOW + 99 }, true],
  ["not after itself", FULL, { op: "gt", key: "expires_at", value: NOW + 100 }, false],
  ["null is not before anything", BARE, { op: "lt", key: "expires_at", value: NOW }, false],
  ["null is not after anything", BARE, { op: "gt", key: "expires_at", value: -1 }, false],
  ["null matches no pattern, even the empty one", BARE, matching(""), false],
  ["a pattern anywhere", FULL, matching("I"), true],
  ["a pattern nowhere", FULL, matching("i"), false],
  ["a pattern on the id", BARE, matching("^atok_1$", "id"), true],
  ["none of several", FULL, { op: "nin", key: "audiences", values: ["files", "git"] }, false],
  ["one of several", FULL, { op: "in", key: "audiences", values: ["git", "files"] }, true],
  ["all of nothing", BARE, { op: "and", conditions: [] }, true],
  ["one of nothing", BARE, { op: "or", conditions: [] }, false],
];

test.each(REST)("%s", (_, token, condition, expected) => {
  expect(fulfils(TOKEN_LISTING, token, condition, NOW)).toBe(expected);
});

const YES: Condition = { op: "exists", key: "id", value: true };
const NO: Condition = { op: "exists", key: "id", value: false };

test.each([
  [YES, YES, true, true],
  [YES, NO, false, true],
  [NO, YES, false, true],
  [NO, NO, false, false],
])("and, or %#", (left, right, and, or) => {
  const all: Condition = { op: "and", conditions: [left, right] };
  const any: Condition = { op: "or", conditions: [left, right] };
  for (const condition of [all, { op: "or", conditions: [NO, all] } as const])
    expect(fulfils(TOKEN_LISTING, BARE, condition, NOW)).toBe(and);
  for (const condition of [any, { op: "and", conditions: [YES, any] } as const])
    expect(fulfils(TOKEN_LISTING, BARE, condition, NOW)).toBe(or);
});

test("the status is judged at the moment that is asked about", () => {
  const token: Token = { ...BARE, expiresAt: NOW };
  const isExpired: Condition = { op: "eq", key: "status", value: "expired" };
  expect(fulfils(TOKEN_LISTING, token, isExpired, NOW - 1)).toBe(false);
  expect(fulfils(TOKEN_LISTING, token, isExpired, NOW)).toBe(true);
});

const OLD: Token = { ...BARE, revokedAt: NOW, reusedAt: NOW };

const REVOKED: Condition = { op: "eq", key: "status", value: "revoked" };
const STATUS_INSIDE: Condition = { op: "and", conditions: [REVOKED] };

const SHOWING: readonly [string, readonly Condition[], boolean][] = [
  ["no filter", [], false],
  ["a filter on something else", [{ op: "eq", key: "access", value: "read" }], false],
  ["a filter on the status", [{ op: "in", key: "status", values: ["active", "revoked"] }], true],
  ["a filter on the revocation", [{ op: "exists", key: "revoked_at", value: true }], true],
  ["a bound on the revocation", [{ op: "gt", key: "revoked_at", value: 0 }], true],
  ["a filter on the reuse of the secret", [{ op: "exists", key: "reused_at", value: true }], true],
  ["a bound on the reuse of the secret", [{ op: "gt", key: "reused_at", value: 0 }], true],
  ["a filter on the id", [{ op: "eq", key: "id", value: "atok_1" }], true],
  ["a pattern on the id", [matching("1", "id")], true],
  ["one of several filters", [YES, { op: "eq", key: "access", value: "read" }], true],
  ["a filter deep inside others", [{ op: "or", conditions: [NO, STATUS_INSIDE] }], true],
];

test.each(SHOWING)("with %s", (_, conditions, showsRevoked) => {
  const condition = conditionOf(TOKEN_LISTING, { ...EVERYTHING, conditions });
  expect(fulfils(TOKEN_LISTING, OLD, condition, NOW)).toBe(showsRevoked);
});

test("a list without filters has active and expired tokens", () => {
  const condition = conditionOf(TOKEN_LISTING, EVERYTHING);
  expect(fulfils(TOKEN_LISTING, BARE, condition, NOW)).toBe(true);
  expect(fulfils(TOKEN_LISTING, { ...BARE, expiresAt: NOW - 1 }, condition, NOW)).toBe(true);
});

test("filters that name the status still hold", () => {
  const active: Condition = { op: "eq", key: "status", value: "active" };
  const condition = conditionOf(TOKEN_LISTING, { ...EVERYTHING, conditions: [active] });
  expect(fulfils(TOKEN_LISTING, OLD, condition, NOW)).toBe(false);
  expect(fulfils(TOKEN_LISTING, BARE, condition, NOW)).toBe(true);
});

test("without sorts the newest come first", () => {
  expect(sortsOf(EVERYTHING)).toEqual([{ key: "id", direction: "desc" }]);
  const sorts: readonly Sort[] = [{ key: "access", direction: "asc" }];
  expect(sortsOf({ ...EVERYTHING, sorts })).toEqual(sorts);
});

test("a position is the value of every sort, then the id", () => {
  const sorts: readonly Sort[] = [
    { key: "expires_at", direction: "desc" },
    { key: "description", direction: "asc" },
    { key: "created_at", direction: "asc" },
  ];
  expect(positionOf(TOKEN_LISTING, FULL, sorts)).toEqual([NOW + 100, "CI", NOW - 100, "atok_1"]);
  expect(positionOf(TOKEN_LISTING, BARE, sorts)).toEqual([null, null, NOW - 100, "atok_1"]);
  expect(positionOf(TOKEN_LISTING, BARE, [])).toEqual(["atok_1"]);
});

test("a part of a condition is found however deep it is", () => {
  const deep: Condition = { op: "and", conditions: [YES, { op: "or", conditions: [NO, matching("a")] }] };
  expect(someCondition(deep, ({ op }) => op === "regex")).toBe(true);
  expect(someCondition(deep, ({ op }) => op === "or")).toBe(true);
  expect(someCondition(deep, ({ op }) => op === "lt")).toBe(false);
});
