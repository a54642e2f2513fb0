import { beforeAll, describe, expect, test } from "bun:test";
import { type Sent, useTestApi } from "../../support/http/api.ts";
import {
  BARE_CHALLENGE,
  DESCRIPTIONS,
  mistyped,
  type RefusedCredential,
  refusedCredentials,
} from "../../support/http/credentials.ts";
import { expectFailure } from "../../support/http/failures.ts";
import {
  BASIC_CHALLENGE,
  BOTH_CHALLENGES,
  basic,
  type ExpectedOAuthError,
  expectOAuthError,
  INTROSPECT,
  introspect,
} from "../../support/http/introspection.ts";
import { loggedRequests } from "../../support/http/logged.ts";

/** A header that lets nobody in, its answer and its reason in the log. */
interface Refused extends ExpectedOAuthError {
  readonly name: string;
  readonly header: string | null;
  readonly logged: string;
}

const api = useTestApi({ per: "file" });
/** The secret of a token for another service. */
let service: string;
let refused: readonly Refused[];

beforeAll(async () => {
  service = await api.secret("write", null, ["wiki"]);
  const bearers = await refusedCredentials(api);
  const isOther = (header: string | null) => header?.startsWith("Basic ") ?? false;
  refused = [
    ...bearers.filter(({ header }) => !isOther(header)).map(asOAuth),
    ...bearers.flatMap(({ name, header, logged }) => {
      const secret = /^Bearer (\S+)$/.exec(header ?? "")?.[1];
      if (secret === undefined || logged === "missing") return [];
      return [byBasic(`${name}, by Basic`, basic(secret), logged)];
    }),
    ...MALFORMED.map(([name, header]) => byBasic(name, header(api.write), "malformed")),
  ];
});

function asOAuth({ name, header, challenge, logged }: RefusedCredential): Refused {
  const isMissing = logged === "missing";
  return {
    name,
    header,
    status: 401,
    error: isMissing ? "invalid_client" : "invalid_token",
    description: isMissing ? "There is no token in the request" : DESCRIPTIONS[logged],
    headers: { "www-authenticate": isMissing ? BOTH_CHALLENGES : challenge },
    logged,
  };
}

function byBasic(name: string, header: string, logged: keyof typeof DESCRIPTIONS): Refused {
  const headers = { "www-authenticate": BASIC_CHALLENGE };
  return {
    name,
    header,
    status: 401,
    error: "invalid_client",
    description: DESCRIPTIONS[logged],
    headers,
    logged,
  };
}

/** Headers that begin as Basic and have another form, or no secret as the password. */
const MALFORMED: readonly (readonly [name: string, header: (secret: string) => string])[] = [
  ["a secret that is not encoded", (secret) => `Basic ${secret}`],
  ["a secret alone, encoded", (secret) => `Basic ${btoa(secret)}`],
  ["a secret as the user", (secret) => basic("", secret)],
  ["a secret as the user, and as the user again", (secret) => basic(secret, `a:${secret}`)],
  ["an empty password", () => basic("")],
  ["a password with something behind it", (secret) => basic(`${secret} `)],
  ["a password that is encoded twice", (secret) => basic(secret.replaceAll("_", "%255F"))],
  ["a password that is no encoding", (secret) => basic(`${secret}%`)],
  ["a password that is encoded in no UTF-8", (secret) => basic(`${secret}%FF`)],
  ["a mistyped password", (secret) => basic(mistyped(secret))],
  ["another alphabet", (secret) => basic(secret, "\u00ff\u00ff>", "latin1").replaceAll(/[+/]/g, "-")],
  ["too little of base 64", () => "Basic A"],
  ["a sign between", (secret) => basic(secret).replace("Basic c", "Basic c=")],
  ["two in one header", (secret) => `${basic(secret)}, ${basic(secret)}`],
  ["another scheme behind it", (secret) => `${basic(secret)}, Bearer ${secret}`],
  ["something behind it", (secret) => `${basic(secret)};`],
];

/** With a token, these requests get answers of every kind. */
const REQUESTS: readonly (Sent & { readonly name: string; readonly form?: string })[] = [
  { name: "a right request" },
  { name: "no parameters", form: "" },
  { name: "a form that is none", form: "%zz" },
  { name: "no UTF-8", form: "token=%ff" },
  { name: "another media type", headers: { "content-type": "application/json" } },
  { name: "no media type", headers: { "content-type": "" } },
  { name: "a body that says it is too large", headers: { "content-length": "65537" } },
  { name: "a body that is too large", form: "x".repeat(70_000) },
  { name: "GET", method: "GET" },
];

describe("a refused caller gets the same answer to every request:", () => {
  for (const { name, form = "token=x", ...sent } of REQUESTS) {
    test(name, async () => {
      expect(refused.length).toBeGreaterThan(40);
      for (const each of refused)
        expectOAuthError(await introspect(api, form, { ...sent, token: each.header }), each, each.name);
    });
  }

  test("and it is logged why, under the trace id, without a secret", async () => {
    for (const { name, header, logged } of refused) {
      api.logLines.length = 0;
      const answer = await introspect(api, { token: api.write }, { token: header });
      expect(loggedRequests(api), name).toMatchObject([
        {
          status: 401,
          path: INTROSPECT,
          authentication: logged,
          trace_id: answer.headers.get("trace-id"),
          token_id: logged === "expired" || logged === "revoked" ? expect.stringMatching(/^atok_/) : null,
        },
      ]);
      expect(api.logLines.join(), name).not.toMatch(/sk_live_|Basic|Bearer/);
    }
  });
});

test("Basic opens nothing below /publisher.v1", async () => {
  const answer = await api.send("/publisher.v1/api-token/current", { token: basic(api.write) });
  expectFailure(answer, "authentication_error", { headers: { "www-authenticate": BARE_CHALLENGE } });
});

describe("a token for another service may not ask,", () => {
  const FORBIDDEN = {
    status: 403,
    error: "insufficient_scope",
    description: "The token is for other services",
  };
  const CHALLENGE = `${BARE_CHALLENGE}, error="insufficient_scope", error_description="The token is for other services"`;

  for (const { name, form = "token=x", ...sent } of REQUESTS.filter(({ method }) => method === undefined)) {
    test(`also with ${name}`, async () => {
      for (const [token, headers] of [
        [service, { "www-authenticate": CHALLENGE }],
        [basic(service), {}],
      ] as const)
        expectOAuthError(await introspect(api, form, { ...sent, token }), { ...FORBIDDEN, headers });
    });
  }

  test("not even of itself, and the log says why", async () => {
    api.logLines.length = 0;
    const answer = await introspect(api, { token: service, audience: "wiki" }, { token: service });
    expectOAuthError(answer, { ...FORBIDDEN, headers: { "www-authenticate": CHALLENGE } });
    expect(loggedRequests(api)).toMatchObject([
      {
        status: 403,
        authentication: "wrong_audience",
        token_id: expect.stringMatching(/^atok_/),
        trace_id: answer.headers.get("trace-id"),
      },
    ]);
  });
});
