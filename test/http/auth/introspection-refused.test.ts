import { beforeAll, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { AUDIENCE_FORM } from "../../../src/tokens/audience.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { type Sent, useTestApi } from "../../support/http/api.ts";
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

const api = useTestApi({ per: "file" });
/** Of a token for other services. */
let service: string;

beforeAll(async () => {
  service = await api.secret("write", null, ["wiki"]);
});

interface Scenario {
  readonly name: string;
  readonly form: string;
  readonly sent?: Sent;
  readonly told: ExpectedOAuthError;
}

const badForm = (name: string, form: string, description: string): Scenario => ({
  name,
  form,
  told: { status: 400, error: "invalid_request", description },
});
const otherType = (type: string): Scenario => ({
  name: `the type ${JSON.stringify(type)}`,
  form: "token=x",
  sent: { headers: { "content-type": type } },
  told: {
    status: 415,
    error: "invalid_request",
    description: "Content-Type must be application/x-www-form-urlencoded, in UTF-8",
  },
});
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
  badForm("two tokens", `token=${SECRET}&token=${SECRET}`, "token must be given only once"),
  badForm("two tokens, one encoded", `token=${SECRET}&%74oken=x`, "token must be given only once"),
  badForm(
    "two hints",
    "token=x&token_type_hint=a&token_type_hint=b",
    "token_type_hint must be given only once",
  ),
  badForm(
    "two of each",
    "token=x&token=y&audience=a&audience=b",
    "token must be given only once; audience must be given only once",
  ),
  ...[
    "Wiki",
    "-wiki",
    "wi ki",
    "wi_ki",
    "https://wiki.example",
    "a".repeat(64),
    "%00",
    "wiki%0A",
    SECRET,
  ].map((audience) => badForm(`the audience ${audience}`, `token=x&audience=${audience}`, NO_AUDIENCE)),
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
    told: {
      status: 413,
      error: "invalid_request",
      description: "The body must have at most 65536 bytes",
    },
  },
  ...["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"].map((method) => ({
    name: method,
    form: "token=x",
    sent: { method },
    told: {
      status: 405,
      error: "invalid_request",
      description: "Use POST for this path",
      headers: { allow: "POST" },
    },
  })),
];

describe("what is wrong with a request is told as OAuth does:", () => {
  for (const { name, form, sent, told } of SCENARIOS) {
    test(`${told.status} for ${name.replace(SECRET, "a secret")}`, async () => {
      api.logLines.length = 0;
      for (const token of [api.read, basic(api.write)])
        expectOAuthError(await introspect(api, form, { ...sent, token }), told, name);
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

describe("the first check that fails answers, and nothing behind it is read:", () => {
  const ORDER: readonly (Sent & { readonly status: number; readonly caller: "service" | "write" | null })[] =
    [
      {
        status: 401,
        caller: null,
        method: "PUT",
        headers: { "content-type": "text/plain", "content-length": "65537" },
      },
      { status: 405, caller: "service", method: "PUT", headers: { "content-type": "text/plain" } },
      {
        status: 403,
        caller: "service",
        headers: { "content-type": "text/plain", "content-length": "65537" },
      },
      { status: 415, caller: "write", headers: { "content-type": "text/plain", "content-length": "65537" } },
      { status: 413, caller: "write", headers: { "content-length": "65537" } },
    ];
  for (const { status, caller, method = "POST", headers = {} } of ORDER) {
    test(String(status), async () => {
      let isRead = false;
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        isRead = true;
        controller.close();
      };
      const secret = caller === "write" ? api.write : service;
      const request = new Request(`http://localhost${INTROSPECT}`, {
        method,
        headers: {
          "content-type": FORM,
          ...(caller === null ? {} : { authorization: `Bearer ${secret}` }),
          ...headers,
        },
        body: new ReadableStream({ pull }, { highWaterMark: 0 }),
      });
      const response = await api.app.handle(request);
      expect([response.status, isRead]).toEqual([status, false]);
    });
  }
});

describe("beside it there is nothing, in the usual form, for anybody:", () => {
  for (const path of [
    "/oauth2",
    "/oauth2/",
    "/oauth2/introspect/",
    "/oauth2/introspect/x",
    "/oauth2/introspection",
    "/oauth2/token",
    "/oauth2/Introspect",
    "/OAUTH2/introspect",
    "/aaaa/oauth2/introspect",
    "/oauth2/introspec%74",
    "/oauth2/introspect;x",
    "/publisher.v1x/oauth2/introspect",
  ]) {
    test(path, async () => {
      for (const token of [null, api.write, basic(api.write)])
        expectFailure(await api.send(path, { token }), "not_found", { data: { resource: "endpoint" } });
    });
  }
});
