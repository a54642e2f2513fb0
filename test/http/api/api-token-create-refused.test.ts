import { expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectIssues } from "../../support/http/failures.ts";
import { each, NO_NAME, NO_TIME, testRefusals, UNKNOWN } from "./refused-bodies.ts";

const api = useTestApi({ per: "file" });

const ACCESS = ["access", 'must be "read" or "write"'] as const;
const REQUIRED = ["access", "is required"] as const;
const NO_TEXT = ["description", "must be a string or null"] as const;
const CONTROL = ["description", "must not have control characters, such as a newline or a tab"] as const;
const TOO_LONG = ["description", "must have at most 500 characters"] as const;
const NEITHER = "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z, or null";
const PAST = ["expires_at", "must be in the future"] as const;

const readWith = (more: object) => ({ access: "read", ...more });
const described = (description: unknown) => readWith({ description });
const expiring = (expires_at: unknown) => readWith({ expires_at });
const named = (name: unknown) => readWith({ audiences: ["a", name] });

testRefusals(api, "api-token/create", [
  [{}, REQUIRED],
  ...each([null, "", "READ", "read ", 0, true, ["read"]], (access) => ({ access }), ACCESS),
  ...each([0, false, [], ["CI"], {}], described, NO_TEXT),
  ...each(["\n", "\0", "\u0085", `${"x".repeat(600)}\r`], described, CONTROL),
  ...each(["\ud800", "a\udc00"], described, [
    "description",
    "must be well-formed Unicode, without lone surrogates",
  ]),
  ...each(["x".repeat(501), "😀".repeat(501), "\\".repeat(20_000)], described, TOO_LONG),
  ...each(["wiki", {}, 1, [], Array(17).fill("a")], (audiences) => readWith({ audiences }), [
    "audiences",
    "must be a list of 1 to 16 names, or null",
  ]),
  ...each(["", "-a", "Wiki", "a\n", "a".repeat(64), null, 1, ["a"]], named, ["audiences[1]", NO_NAME]),
  [named("a"), ["audiences", "must have each name only once"]],
  ...each([0, 1_900_000_000, true, [], {}], expiring, ["expires_at", NEITHER]),
  ...each(["", "tomorrow", "2027-01-01T00:00:00", "2027-02-29T00:00:00Z"], expiring, ["expires_at", NO_TIME]),
  ...each(["2026-06-01T12:00:00.999Z", "2026-06-01T14:00:00+02:00"], expiring, PAST),
  [
    readWith({ expire_at: "x", token: "x", id: "x" }),
    ["expire_at", UNKNOWN],
    ["token", UNKNOWN],
    ["id", UNKNOWN],
  ],
  ['{"access":"read","__proto__":{"access":"write"}}', ["__proto__", UNKNOWN]],
  ['{"__proto__":{"access":"read"}}', REQUIRED, ["__proto__", UNKNOWN]],
  [readWith({ constructor: 1, toString: 1 }), ["constructor", UNKNOWN], ["toString", UNKNOWN]],
  [readWith({ ["k".repeat(100)]: 1 }), [`${"k".repeat(64)}…`, UNKNOWN]],
  [
    { access: "admin", description: "a\nb", expires_at: "2020-01-01T00:00:00Z", expire_at: null },
    ACCESS,
    CONTROL,
    PAST,
    ["expire_at", UNKNOWN],
  ],
  [{ description: "x".repeat(501), expires_at: "soon" }, REQUIRED, TOO_LONG, ["expires_at", NO_TIME]],
]);

test("none of them creates a token, and no message quotes the body", async () => {
  expect((await api.call("api-token/list")).json.data).toHaveLength(2);
  const { text } = await api.call("api-token/create", { access: "admin", expires_at: "tomorrow" });
  expect(text).not.toMatch(/admin|tomorrow/);
});

test("the server's clock decides if an expiry is in the future", async () => {
  const body = expiring("2026-06-01T12:00:05Z");
  expect((await api.call("api-token/create", body)).status).toBe(200);
  api.nowMs += 5000;
  const [path, message] = PAST;
  expectIssues(await api.call("api-token/create", body), [{ path, message }]);
});
