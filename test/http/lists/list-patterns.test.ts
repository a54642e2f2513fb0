import { beforeAll, describe, expect, test } from "bun:test";
import { NOT_RE2, TOO_LARGE } from "../../../src/tokens/listing/pattern.ts";
import { useTestApi } from "../../support/http/api.ts";
import { expectIssues } from "../../support/http/failures.ts";
import { ListedTokens } from "../../support/lists/listed.ts";
import { PATIENCE_MS } from "../../support/patience.ts";

const api = useTestApi({ per: "file" });
let tokens: ListedTokens;

beforeAll(async () => {
  tokens = await ListedTokens.make(api);
});

const PATTERN_KEYS = ["description", "id"];

async function list(condition: object) {
  return await api.call("api-token/list", { filters: [condition] });
}

const MATCHES: readonly (readonly [key: string, regex: object, names: string])[] = [
  ["description", { pattern: "build" }, "old"],
  ["description", { pattern: "^a (read|write) token$" }, "second first"],
  ["description", { pattern: "BUILD" }, ""],
  ["description", { pattern: "BUILD", case_insensitive: true }, "old"],
  ["description", { pattern: "BUILD", case_insensitive: false }, ""],
  ["description", { pattern: "ünÏ", case_insensitive: true }, "deploy"],
  ["description", { pattern: "(?i)DEPLOY" }, "deploy"],
  ["description", { pattern: "^\\p{Lu}" }, "deploy"],
  ["description", { pattern: "" }, "old deploy second first"],
  ["description", { pattern: "null" }, ""],
  ["id", { pattern: "^atok_" }, "both gone old deploy bare second first"],
  ["id", { pattern: "^ATOK_" }, ""],
];

describe("a pattern finds its text anywhere:", () => {
  for (const [key, regex, names] of MATCHES) {
    test(`${key} ${JSON.stringify(regex)}`, async () => {
      expect((await tokens.names({ filters: [{ key, regex }] })).join(" ")).toBe(names);
    });
  }

  test("the end of one id", async () => {
    const pattern = `${tokens.idOf("gone").slice(5)}$`;
    expect(await tokens.names({ filters: [{ key: "id", regex: { pattern } }] })).toEqual(["gone"]);
  });
});

describe("a pattern", () => {
  const SHAPE = ["filters[0].regex", 'must be {"pattern", "case_insensitive"}'] as const;
  const NO_STRING = ["filters[0].regex.pattern", "must be a string"] as const;
  const SYNTAX = ["filters[0].regex.pattern", "must be a regular expression in RE2 syntax"] as const;
  const TOO_LONG = ["filters[0].regex.pattern", "must have at most 256 characters"] as const;
  const CASE = ["filters[0].regex.case_insensitive", "must be true or false"] as const;
  const UNKNOWN = ["filters[0].regex.flags", "is not a known parameter"] as const;

  const REFUSED: readonly (readonly [regex: unknown, ...issues: readonly (readonly [string, string])[]])[] = [
    ...["^a", null, 5, true, [], ["a"]].map((regex) => [regex, SHAPE] as const),
    [{}, NO_STRING],
    ...[null, 5, [], {}].map((pattern) => [{ pattern }, NO_STRING] as const),
    ...[null, 1, "true", []].map((value) => [{ pattern: "a", case_insensitive: value }, CASE] as const),
    [{ pattern: "a", flags: "i" }, UNKNOWN],
    [{ pattern: "(", case_insensitive: 1, flags: "i" }, SYNTAX, CASE, UNKNOWN],
    [{ pattern: "a".repeat(257) }, TOO_LONG],
    [{ pattern: "(".repeat(60_000) }, TOO_LONG],
    ...[
      "(",
      "a)",
      "[",
      "[z-a]",
      "*",
      "a**",
      "a{2,1}",
      "(?=a)",
      "(?!a)",
      "(?<=a)b",
      "(?<!a)b",
      "(a)\\1",
      "(?P<n>a)\\k<n>",
      "(?>a)",
      "\\p{Nonsense}",
      "\\",
      "\\8",
      "(?z)",
    ].map((pattern) => [{ pattern }, SYNTAX] as const),
  ];
  for (const [regex, ...issues] of REFUSED) {
    test(`refuses ${JSON.stringify(regex).slice(0, 80)}`, async () => {
      for (const key of PATTERN_KEYS)
        expectIssues(
          await list({ key, regex }),
          issues.map(([path, message]) => ({ path, message })),
        );
    });
  }

  for (const pattern of [
    "",
    "a".repeat(256),
    "(a+)+$",
    "(?i)\\pL\\d\\b",
    "a{500}",
    "[[:alpha:]]",
    "\ud800",
    "\0",
  ]) {
    test(`takes ${JSON.stringify(pattern).slice(0, 80)}`, async () => {
      for (const key of PATTERN_KEYS) expect((await list({ key, regex: { pattern } })).status).toBe(200);
    });
  }

  test("refuses what would take too long to match", async () => {
    for (const pattern of ["(.{1,40}){1,25}", "(abc{30}){32}", "((a{10}){10}){11}", "a{1001}"]) {
      const answer = await list({ key: "description", regex: { pattern } });
      expect(answer.status, pattern).toBe(400);
      expect(answer.json.error.data.issues, pattern).toHaveLength(1);
    }
  });

  test("a pattern that stalls a backtracking engine is answered at once", async () => {
    await api.call("api-token/create", { access: "read", description: `${"a".repeat(499)}!` });
    const startedAt = performance.now();
    for (const pattern of ["^(a+)+$", "^(a|a)*$", "(.*)*x$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
      expect((await list({ key: "description", regex: { pattern } })).json.data).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS);
  });
});

test("patterns that are too large together are refused before they cost anybody time", async () => {
  const condition = { key: "description", regex: { pattern: "x.{0,100}[^a]$" } };
  const { status, json } = await list({ or: Array(62).fill(condition) });
  expect(status).toBe(400);
  const [first, ...others] = json.error.data.issues;
  expect(first).toEqual({ path: "filters[0].or[2].regex.pattern", message: TOO_LARGE });
  expect(others).toHaveLength(59);
});

test("patterns that fail count, too: the eighth is the last one that is read", async () => {
  const condition = { key: "description", regex: { pattern: "(a" } };
  const { status, json } = await list({ or: Array(10).fill(condition) });
  expect(status).toBe(400);
  const messages = json.error.data.issues.map(({ message }: { message: string }) => message);
  expect(messages).toEqual([...Array(8).fill(NOT_RE2), TOO_LARGE, TOO_LARGE]);
});
