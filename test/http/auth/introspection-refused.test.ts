import { beforeAll, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { AUDIENCE_FORM } from "../../../src/tokens/audience.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { type Sent, useTestApi } from "../../support/http/api.ts";
import { sendWatched } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";
import {
  basic,
  type ExpectedOAuthError,
  expectOAuthError,
  FORM,
  INTROSPECT,
  introspect,
} from "../../support/http/introspection.ts";
import { loggedFaults } from "../../support/http/logged.ts";
import { words } from "../../support/words.ts";

const api = useTestApi({ per: "file" });
/** The secret of a token for another service. */
let service: string;

beforeAll(async () => {
  service = await api.secret("write", null, ["wiki"]);
});

interface Scenario {
  readonly name: string;
  readonly form: string;
  readonly sent?: Sent;
  readonly expected: ExpectedOAuthError;
}

const badForm = (name: string, form: string, description: string): Scenario => ({
  name,
  form,
  expected: { status: 400, error: "invalid_request", description },
});
const otherType = (type: string): Scenario => ({
  name: `the type ${JSON.stringify(type)}`,
  form: "token=x",
  sent: { headers: { "content-type": type } },
  expected: {
    status: 415,
    error: "invalid_request",
    description: "Content-Type must be application/x-www-form-urlencoded, in UTF-8",
  },
});
const ONCE = "must be given only once";
const REQUIRED = "token is required";
const NO_AUDIENCE = `audience must be ${AUDIENCE_FORM}`;
const NO_FORM = "the body must be a form in percent-encoded UTF-8";
const SECRET = makeSecret(randomBytes);

const SCENARIOS: readonly Scenario[] = [
  badForm("nothing", "", REQUIRED),
  badForm("no token", "audience=wiki", REQUIRED),
  badForm("a token without a value", "token=&token&audience=wiki", REQUIRED),
  badForm("a token of another name", `Token=${SECRET}&access_token=${SECRET}`, REQUIRED),
  badForm("JSON", JSON.stringify({ token: SECRET }), REQUIRED),
  badForm("no audience", "token=x", "audience is required"),
  badForm("an audience without a value", "token=x&audience=&audience", "audience is required"),
  badForm("two tokens", `token=${SECRET}&token=${SECRET}`, `token ${ONCE}`),
  badForm("two tokens, one encoded", `token=${SECRET}&%74oken=x`, `token ${ONCE}`),
  badForm("two hints", "token=x&token_type_hint=a&token_type_hint=b", `token_type_hint ${ONCE}`),
  badForm("two of each", "token=x&token=y&audience=a&audience=b", `token ${ONCE}; audience ${ONCE}`),
  ...["wi ki", "a".repeat(64), SECRET, ...words`Wiki -wiki wi_ki https://wiki.example %00 wiki%0A`].map(
    (audience) => badForm(`the audience ${audience}`, `token=x&audience=${audience}`, NO_AUDIENCE),
  ),
  badForm("two faults", "audience=A", `${REQUIRED}; ${NO_AUDIENCE}`),
  ...["%", "%z", "%zz", "%4", "%FF", "%C3", "%ED%A0%80", "%C0%80"].flatMap((wrong) => [
    badForm(`the escape ${wrong}`, `token=${SECRET}${wrong}`, NO_FORM),
    badForm(`the escape ${wrong} elsewhere`, `token=${SECRET}&${wrong}=x`, NO_FORM),
  ]),
  ...["", "application/json", "text/plain", "multipart/form-data; boundary=x", "x-www-form-urlencoded"].map(
    otherType,
  ),
  otherType("application/x-www-form-urlencoded; charset=latin1"),
  otherType("application/x-www-form-urlencodedx"),
  {
    name: "a body that is too large",
    form: `token=x&y=${"y".repeat(65_536)}`,
    expected: {
      status: 413,
      error: "invalid_request",
      description: "The body must have at most 65536 bytes",
    },
  },
  ...["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"].map((method) => ({
    name: method,
    form: "token=x",
    sent: { method },
    expected: {
      status: 405,
      error: "invalid_request",
      description: "Use POST for this path",
      headers: { allow: "POST" },
    },
  })),
];

describe("a wrong request gets an error of OAuth:", () => {
  for (const { name, form, sent, expected } of SCENARIOS) {
    test(`${expected.status} for ${name.replace(SECRET, "a secret")}`, async () => {
      api.logLines.length = 0;
      for (const token of [api.read, basic(api.write)])
        expectOAuthError(await introspect(api, form, { ...sent, token }), expected, name);
      expect(loggedFaults(api)).toEqual([]);
      expect(api.logLines.join()).not.toContain("sk_live_");
    });
  }

  test("bytes that are no UTF-8 are a 400", async () => {
    const body = new Uint8Array([...Buffer.from("token="), 0xff]);
    const headers = { "content-type": FORM };
    const description = "the body must be valid UTF-8";
    const answer = await api.send(INTROSPECT, { body, headers });
    expectOAuthError(answer, { status: 400, error: "invalid_request", description });
  });

  test("HEAD is a 405 without a body", async () => {
    const answer = await introspect(api, "", { method: "HEAD" });
    expect([answer.status, answer.text, answer.headers.get("allow")]).toEqual([405, "", "POST"]);
  });
});

describe("the first check that fails answers, before the body is read:", () => {
  const type = { "content-type": "text/plain" };
  const length = { "content-length": "65537" };
  test.each([
    [401, "PUT", (): string | null => null, { ...type, ...length }],
    [405, "PUT", () => service, { ...type, ...length }],
    [403, "POST", () => service, { ...type, ...length }],
    [415, "POST", () => api.write, { ...type, ...length }],
    [413, "POST", () => api.write, length],
  ] as const)("%d", async (status, method, tokenOf, headers) => {
    const sent = { method, token: tokenOf(), headers: { "content-type": FORM, ...headers } };
    expect(await sendWatched(api, INTROSPECT, sent)).toEqual({ status, isRead: false });
  });
});

test("the paths beside it are unknown", async () => {
  for (const path of words`
    /oauth2 /oauth2/ /oauth2/introspect/ /oauth2/introspect/x /oauth2/introspection /oauth2/token /oauth2/Introspect
    /OAUTH2/introspect /aaaa/oauth2/introspect /oauth2/introspec%74 /oauth2/introspect;x
    /publisher.v1x/oauth2/introspect`)
    for (const token of [null, api.write, basic(api.write)])
      expectFailure(await api.send(path, { token }), "not_found", { data: { resource: "endpoint" } });
});
