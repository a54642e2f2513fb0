import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  FIRST_VIEW,
  isNarrowed,
  type ListView,
  listBody,
  listOf,
  NEVER,
  PAGE_SIZE,
  PUBLISHER,
  queryOf,
  SEARCH_LIMIT,
  STATUS_TABS,
  viewFrom,
  widened,
  withReused,
  withStatus,
} from "../../../public/admin/token-list/list-view.ts";
import { compilePattern } from "../../../src/tokens/listing/pattern.ts";

const day = fc
  .date({ min: new Date("1970-01-01"), max: new Date("2999-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
  .filter((text) => /^[12]/.test(text));

const view: fc.Arbitrary<ListView> = fc
  .record({
    status: fc.constantFrom(...STATUS_TABS),
    access: fc.constantFrom("read", "write", null),
    verifies: fc.boolean(),
    audience: fc.option(fc.oneof(fc.constant(PUBLISHER), fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/))),
    unused: fc.option(fc.oneof(fc.constant(NEVER), day)),
    reused: fc.boolean(),
    search: fc.string({ unit: "binary", maxLength: SEARCH_LIMIT / 2 }).filter((text) => text.isWellFormed()),
    sort: fc.option(
      fc.record({
        key: fc.constantFrom(
          "description",
          "access",
          "created_at",
          "expires_at",
          "last_used_at",
          "revoked_at",
        ),
        direction: fc.constantFrom("asc", "desc"),
      }),
    ),
    from: fc.option(day),
    to: fc.option(day),
    page: fc.integer({ min: 2, max: 1000 }),
    cursor: fc.option(fc.base64String({ minLength: 4 })),
  })
  .map((drawn) => (drawn.cursor === null ? { ...drawn, page: 1 } : drawn));

test("an address brings back the very view that it was made of", () => {
  fc.assert(
    fc.property(view, (drawn) => {
      expect(viewFrom(queryOf(drawn))).toEqual(drawn);
    }),
  );
  expect(queryOf(FIRST_VIEW)).toBe("");
  expect(viewFrom("")).toEqual(FIRST_VIEW);
});

test("an address that makes no sense is the first view", () => {
  const odd =
    "status=odd&access=admin&checks=no&for=A+b&unused=ever&reused=no&sort=-id&from=2026-02-30&to=tomorrow&page=7";
  expect(viewFrom(odd)).toEqual(FIRST_VIEW);
  expect(viewFrom("page=-1&after=x")).toEqual({ ...FIRST_VIEW, page: 2, cursor: "x" });
});

test("every filter narrows a list, and without them it is as wide as its status", () => {
  const narrow: ListView = { ...FIRST_VIEW, status: "expired" };
  expect(isNarrowed(narrow)).toBe(false);
  const parts: readonly Partial<ListView>[] = [
    { access: "read" },
    { verifies: true },
    { audience: PUBLISHER },
    { unused: NEVER },
    { reused: true },
    { search: "x" },
    { from: "2026-12-01" },
    { to: "2026-12-01" },
  ];
  for (const part of parts) {
    expect(isNarrowed({ ...narrow, ...part })).toBe(true);
    expect(widened({ ...narrow, ...part, page: 2, cursor: "x" })).toEqual(narrow);
  }
});

test("all pages of a list share its name, and another filter or order has another name", () => {
  const view: ListView = { ...FIRST_VIEW, search: "ci" };
  expect(listOf({ ...view, page: 3, cursor: "x" })).toBe(listOf(view));
  expect(listOf({ ...view, access: "read" })).not.toBe(listOf(view));
  expect(listOf({ ...view, sort: { key: "access", direction: "asc" } })).not.toBe(listOf(view));
});

test.each([
  ["expired", "expires_at", true],
  ["revoked", "expires_at", false],
  ["revoked", "revoked_at", true],
  ["active", "revoked_at", false],
  ["all", "revoked_at", false],
  ["revoked", "last_used_at", true],
] as const)("on the tab of %s tokens an order by %s stays: %p", (status, key, isKept) => {
  const sort = { key, direction: "asc" } as const;
  expect(withStatus({ ...FIRST_VIEW, sort }, status).sort).toEqual(isKept ? sort : null);
});

test("tokens with a secret that was shown after their end are looked for among all, not the active ones", () => {
  const sorted: ListView = { ...FIRST_VIEW, search: "ci", sort: { key: "access", direction: "asc" } };
  expect(withReused({ ...sorted, unused: NEVER, page: 2, cursor: "x" })).toEqual({
    ...sorted,
    status: "all",
    reused: true,
  });
  expect(
    withReused({ ...sorted, status: "revoked", sort: { key: "revoked_at", direction: "asc" } }).sort,
  ).toBeNull();
});

test("a search finds the texts that have it in them, and no others", () => {
  const text = fc.string({ unit: "grapheme-ascii", maxLength: SEARCH_LIMIT });
  const search = text.filter((drawn) => drawn !== "");
  fc.assert(
    fc.property(search, text, fc.boolean(), (searched, around, isIn) => {
      const pattern = compilePattern(patternFor(searched), true);
      if (typeof pattern === "string") throw new Error(`${searched}: ${pattern}`);
      const looked = isIn ? around + searched.toUpperCase() + around : around;
      expect(pattern.matches(looked)).toBe(looked.toLowerCase().includes(searched.toLowerCase()));
    }),
  );
});

test("the API is asked for the very tokens of a view", () => {
  expect(listBody(FIRST_VIEW)).toEqual({
    pagination: { limit: PAGE_SIZE, cursor: null },
    filters: [{ key: "status", eq: "active" }],
  });
  const everything: ListView = {
    status: "all",
    access: "write",
    verifies: true,
    audience: "billing",
    unused: "2026-10-01",
    reused: true,
    search: "ci",
    sort: { key: "expires_at", direction: "desc" },
    from: "2026-12-01",
    to: "2026-12-07",
    page: 2,
    cursor: "x",
  };
  const regex = { pattern: "ci", case_insensitive: true };
  expect(listBody(everything)).toEqual({
    pagination: { limit: PAGE_SIZE, cursor: "x" },
    filters: [
      { key: "status", in: ["active", "expired", "revoked"] },
      { key: "access", eq: "write" },
      { key: "verifies", exists: true },
      { key: "audiences", eq: "billing" },
      { key: "last_used_at", lt: "2026-10-01T00:00:00Z" },
      { key: "reused_at", exists: true },
      {
        or: [
          { key: "description", regex },
          { key: "id", regex },
        ],
      },
      { key: "expires_at", gt: "2026-11-30T23:59:59Z" },
      { key: "expires_at", lt: "2026-12-08T00:00:00Z" },
    ],
    sorts: [{ key: "expires_at", direction: "desc" }],
  });
  expect(listBody({ ...FIRST_VIEW, search: "two words" })).toMatchObject({
    filters: [{ key: "status" }, { key: "description" }],
  });
  expect(listBody({ ...FIRST_VIEW, audience: PUBLISHER, unused: NEVER })).toMatchObject({
    filters: [{ key: "status" }, { key: "audiences", exists: false }, { key: "last_used_at", exists: false }],
  });
});

function patternFor(search: string): string {
  const [, filter] = (listBody({ ...FIRST_VIEW, search }) as { filters: readonly unknown[] }).filters;
  const [, pattern = ""] = /"pattern":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(filter)) ?? [];
  return JSON.parse(pattern);
}
