import { beforeAll, describe, expect, test } from "bun:test";
import { type Sent, useTestApi } from "../../support/http/api.ts";
import {
  BARE_CHALLENGE,
  DESCRIPTIONS,
  mistyped,
  type RefusedCredential,
  refusedCredentials,
} from "../../support/http/credentials.ts";
import { WRONG_AUDIENCE } from "../../support/http/endpoints.ts";
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
  refused = [
    ...bearers
      .filter(({ header }) => !header?.startsWith("Basic "))
      .map(({ name, header, challenge, logged }) =>
        refusal(name, header, logged, logged === "missing" ? BOTH_CHALLENGES : challenge),
      ),
    ...bearers.flatMap(({ name, header, logged }) => {
      const secret = /^Bearer (\S+)$/.exec(header ?? "")?.[1];
      if (secret === undefined || logged === "missing") return [];
      return [refusal(`${name}, by Basic`, basic(secret), logged, BASIC_CHALLENGE)];
    }),
    ...MALFORMED.map(([name, header]) => refusal(name, header(api.write), "malformed", BASIC_CHALLENGE)),
  ];
});

function refusal(
  name: string,
  header: string | null,
  logged: RefusedCredential["logged"],
  challenge: string,
): Refused {
  const error = challenge.includes("invalid_token") ? "invalid_token" : "invalid_client";
  const description = logged === "missing" ? "There is no token in the request" : DESCRIPTIONS[logged];
  return {
    name,
    header,
    status: 401,
    error,
    description,
    headers: { "www-authenticate": challenge },
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

  test("and the log has the reason and the trace id, without a secret", async () => {
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
  const description = "The token is for other services";
  const FORBIDDEN = { status: 403, error: "insufficient_scope", description };

  for (const { name, form = "token=x", ...sent } of REQUESTS.filter(({ method }) => method === undefined)) {
    test(`also with ${name}`, async () => {
      for (const [token, headers] of [
        [service, { "www-authenticate": WRONG_AUDIENCE }],
        [basic(service), {}],
      ] as const)
        expectOAuthError(await introspect(api, form, { ...sent, token }), { ...FORBIDDEN, headers });
    });
  }

  test("not even about itself, and the log has the reason", async () => {
    api.logLines.length = 0;
    const answer = await introspect(api, { token: service, audience: "wiki" }, { token: service });
    expectOAuthError(answer, { ...FORBIDDEN, headers: { "www-authenticate": WRONG_AUDIENCE } });
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
