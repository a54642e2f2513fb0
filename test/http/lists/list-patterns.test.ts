import { beforeAll, expect, test } from "bun:test";
import { NOT_RE2, TOO_LARGE } from "../../../src/tokens/listing/pattern.ts";
import { useTestApi } from "../../support/http/api.ts";
import { ListedTokens } from "../../support/lists/listed.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { each, type Issue, testRefusals, UNKNOWN } from "../api/refused-bodies.ts";

const api = useTestApi({ per: "file" });
let tokens: ListedTokens;

beforeAll(async () => {
  tokens = await ListedTokens.make(api);
});

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

test.each(MATCHES)("%s matches %j in: %s", async (key, regex, names) => {
  expect((await tokens.names({ filters: [{ key, regex }] })).join(" ")).toBe(names);
});

test("a pattern finds the end of an id", async () => {
  const pattern = `${tokens.idOf("gone").slice(5)}$`;
  expect(await tokens.names({ filters: [{ key: "id", regex: { pattern } }] })).toEqual(["gone"]);
});

const SHAPE: Issue = ["filters[0].regex", 'must be {"pattern", "case_insensitive"}'];
const NO_STRING: Issue = ["filters[0].regex.pattern", "must be a string"];
const SYNTAX: Issue = ["filters[0].regex.pattern", "must be a regular expression in RE2 syntax"];
const TOO_LONG: Issue = ["filters[0].regex.pattern", "must have at most 256 characters"];
const CASE: Issue = ["filters[0].regex.case_insensitive", "must be true or false"];
const FLAGS: Issue = ["filters[0].regex.flags", UNKNOWN];

for (const key of ["description", "id"]) {
  const by = (regex: unknown) => ({ filters: [{ key, regex }] });
  const byPattern = (pattern: unknown) => by({ pattern });
  testRefusals(api, "api-token/list", [
    ...each(["^a", null, 5, true, [], ["a"]], by, SHAPE),
    [by({}), NO_STRING],
    ...each([null, 5, [], {}], byPattern, NO_STRING),
    ...each([null, 1, "true", []], (value) => by({ pattern: "a", case_insensitive: value }), CASE),
    [by({ pattern: "a", flags: "i" }), FLAGS],
    [by({ pattern: "(", case_insensitive: 1, flags: "i" }), SYNTAX, CASE, FLAGS],
    ...each(["a".repeat(257), "(".repeat(60_000)], byPattern, TOO_LONG),
    ...each(["(", "[z-a]", "a{2,1}", "(?=a)", "(a)\\1", "\\p{Nonsense}", "(?z)"], byPattern, SYNTAX),
  ]);

  test.each(["", "a".repeat(256), "(a+)+$", "(?i)\\pL\\d\\b", "a{500}", "[[:alpha:]]", "\ud800", "\0"])(
    `${key} takes the pattern %j`,
    async (pattern) => expect((await list({ key, regex: { pattern } })).status).toBe(200),
  );
}

test.each(["(.{1,40}){1,25}", "(abc{30}){32}", "((a{10}){10}){11}", "a{1001}"])(
  "a pattern that would take too long to match is refused: %s",
  async (pattern) => {
    const answer = await list({ key: "description", regex: { pattern } });
    expect(answer.status).toBe(400);
    expect(answer.json.error.data.issues).toHaveLength(1);
  },
);

test("a pattern that stalls a backtracking engine is answered at once", async () => {
  await api.call("api-token/create", { access: "read", description: `${"a".repeat(499)}!` });
  const startedAt = performance.now();
  for (const pattern of ["^(a+)+$", "^(a|a)*$", "(.*)*x$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
    expect((await list({ key: "description", regex: { pattern } })).json.data).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS);
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
