import { describe, expect, test } from "bun:test";
import { type Answer, useTestApi } from "../../support/http/api.ts";
import { type ExpectedIssue, expectIssues } from "../../support/http/failures.ts";

const api = useTestApi({ per: "file" });

async function create(body: unknown): Promise<Answer> {
  return await api.call("api-token/create", body);
}

async function tokenCount(): Promise<number> {
  return (await api.call("api-token/list")).json.data.length;
}

const ACCESS = { path: "access", message: 'must be "read" or "write"' };
const UNKNOWN = "is not a known parameter";
const NO_TEXT = { path: "description", message: "must be a string or null" };
const CONTROL = {
  path: "description",
  message: "must not have control characters, such as a newline or a tab",
};
const SURROGATES = {
  path: "description",
  message: "must be well-formed Unicode, without lone surrogates",
};
const TOO_LONG = { path: "description", message: "must have at most 500 characters" };
const NO_TIME_AT_ALL = {
  path: "expires_at",
  message: "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z, or null",
};
const NO_TIME = {
  path: "expires_at",
  message: "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z, from 1970 to 9999 in UTC",
};
const PAST = { path: "expires_at", message: "must be in the future" };

const NO_AUDIENCES = { path: "audiences", message: "must be a list of 1 to 16 names, or null" };
const NO_AUDIENCE =
  "must be a name of 1 to 63 lower-case letters, digits and hyphens that does not begin with a hyphen";

const REFUSED: readonly (readonly [body: unknown, ...issues: readonly ExpectedIssue[]])[] = [
  [{}, { path: "access", message: "is required" }],
  ...[null, "", "admin", "READ", "read ", 0, true, ["read"], { read: true }].map(
    (access) => [{ access }, ACCESS] as const,
  ),
  ...[0, false, [], ["CI"], {}].map((description) => [{ access: "read", description }, NO_TEXT] as const),
  ...["wiki", {}, 1, [], Array.from({ length: 17 }, (_, index) => `a${index}`)].map(
    (audiences) => [{ access: "read", audiences }, NO_AUDIENCES] as const,
  ),
  ...["", "-a", "Wiki", "a_b", "a.b", "a b", "é", "a\n", "a".repeat(64), null, 1, ["a"]].map(
    (name) =>
      [
        { access: "read", audiences: ["a", name] },
        { path: "audiences[1]", message: NO_AUDIENCE },
      ] as const,
  ),
  [
    { access: "read", audiences: ["a", "b", "a"] },
    { path: "audiences", message: "must have each name only once" },
  ],
  ...["\n", "a\tb", "\0", "\u007f", "\u0085", `${"x".repeat(600)}\r`].map(
    (description) => [{ access: "read", description }, CONTROL] as const,
  ),
  ...["\ud800", "a\udc00", "\udc00\ud800"].map(
    (description) => [{ access: "read", description }, SURROGATES] as const,
  ),
  ...["x".repeat(501), "😀".repeat(501), "\\".repeat(20_000)].map(
    (description) => [{ access: "read", description }, TOO_LONG] as const,
  ),
  ...[0, 1_900_000_000, true, [], {}].map(
    (expires_at) => [{ access: "read", expires_at }, NO_TIME_AT_ALL] as const,
  ),
  ...[
    "",
    "tomorrow",
    "2027-01-01",
    "2027-01-01T00:00:00",
    "2027-01-01 00:00:00Z",
    "2027-01-01T00:00Z",
    "2027-01-01T00:00:00.Z",
    "2027-01-01T00:00:00,5Z",
    "2027-01-01T00:00:00+0100",
    "2027-01-01T00:00:00+01",
    "2027-01-01T00:00:00+24:00",
    "2027-01-01T00:00:00[Europe/Paris]",
    "2027-01-01T00:00:00Z ",
    "2027-02-29T00:00:00Z",
    "2027-02-30T00:00:00Z",
    "2027-13-01T00:00:00Z",
    "2027-00-01T00:00:00Z",
    "2027-01-00T00:00:00Z",
    "2027-01-01T24:00:00Z",
    "2027-01-01T00:60:00Z",
    "2027-01-01T00:00:61Z",
    "2027-01-01T00:00:60Z",
    "27-01-01T00:00:00Z",
    "+002027-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "9999-12-31T23:59:60Z",
    "10000-01-01T00:00:00Z",
  ].map((expires_at) => [{ access: "read", expires_at }, NO_TIME] as const),
  ...[
    "2026-06-01T12:00:00Z",
    "2026-06-01T12:00:00.999Z",
    "2026-06-01T14:00:00+02:00",
    "1970-01-01T00:00:00Z",
  ].map((expires_at) => [{ access: "read", expires_at }, PAST] as const),
  [
    { access: "read", expire_at: "2030-01-01T00:00:00Z" },
    { path: "expire_at", message: UNKNOWN },
  ],
  [
    { access: "read", token: "x" },
    { path: "token", message: UNKNOWN },
  ],
  [
    { access: "read", id: "atok_0" },
    { path: "id", message: UNKNOWN },
  ],
  ['{"access":"read","__proto__":{"access":"write"}}', { path: "__proto__", message: UNKNOWN }],
  [
    '{"__proto__":{"access":"read"}}',
    { path: "access", message: "is required" },
    { path: "__proto__", message: UNKNOWN },
  ],
  [
    { access: "read", constructor: 1, toString: 1 },
    { path: "constructor", message: UNKNOWN },
    { path: "toString", message: UNKNOWN },
  ],
  [
    { access: "read", ["k".repeat(100)]: 1 },
    { path: `${"k".repeat(64)}…`, message: UNKNOWN },
  ],
  [
    { access: "admin", description: "a\nb", expires_at: "2020-01-01T00:00:00Z", expire_at: null },
    ACCESS,
    CONTROL,
    PAST,
    { path: "expire_at", message: UNKNOWN },
  ],
  [
    { description: "x".repeat(501), expires_at: "soon" },
    { path: "access", message: "is required" },
    TOO_LONG,
    NO_TIME,
  ],
];

describe("everything that is wrong is said at once, and no token is made:", () => {
  for (const [body, ...issues] of REFUSED) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    test(text.length > 100 ? `${text.slice(0, 100)}… (${text.length})` : text, async () => {
      const before = await tokenCount();
      const answer = await create(body);
      expectIssues(answer, issues);
      expect(await tokenCount()).toBe(before);
      for (const quoted of ["admin", "tomorrow", "2020-01-01"]) expect(answer.text).not.toContain(quoted);
    });
  }

  test("what is in the future is judged by the server's clock", async () => {
    const expires_at = "2026-06-01T12:00:05Z";
    expect((await create({ access: "read", expires_at })).status).toBe(200);
    api.nowMs += 5000;
    expectIssues(await create({ access: "read", expires_at }), [PAST]);
    api.nowMs -= 5000;
  });
});
