import { beforeAll, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { chunk, exchange, rawRequest } from "../../support/http/exchange.ts";
import {
  BASIC_CHALLENGE,
  BOTH_CHALLENGES,
  basic,
  expectOAuthError,
  FORM,
  INTROSPECT,
} from "../../support/http/introspection.ts";

const api = useTestApi({ per: "file", listens: true });
let form: string;

beforeAll(async () => {
  form = `token=${await api.secret("read", null, ["wiki"])}&audience=wiki`;
});

/** The answer to that form with these headers. */
async function answerTo(fields: readonly string[], target = INTROSPECT, version = "HTTP/1.1") {
  const body = [`Content-Type: ${FORM}`, `Content-Length: ${form.length}`];
  const request = rawRequest({ target, version, fields: [...fields, ...body], body: form });
  const { answers } = await exchange(api.port, [request]);
  const [answer] = answers;
  if (answer === undefined) throw new Error("the connection was closed without an answer");
  return answer;
}

const bearer = () => `Authorization: Bearer ${api.write}`;
const byBasic = () => `Authorization: ${basic(api.write)}`;

const ANONYMOUS = {
  status: 401,
  error: "invalid_client",
  description: "There is no token in the request",
  headers: { "www-authenticate": BOTH_CHALLENGES },
};

describe("Authorization is one header:", () => {
  const UNKNOWN = 'error="invalid_token", error_description="The token is unknown"';
  const REFUSED: readonly (readonly [name: string, fields: () => readonly string[], challenge: string])[] = [
    ["Basic twice", () => [byBasic(), byBasic()], BASIC_CHALLENGE],
    ["Bearer twice", () => [bearer(), bearer()], `${BARE_CHALLENGE}, ${UNKNOWN}`],
    ["Basic, then Bearer", () => [byBasic(), bearer()], BASIC_CHALLENGE],
    ["Bearer, then Basic", () => [bearer(), byBasic()], `${BARE_CHALLENGE}, ${UNKNOWN}`],
    ["Basic, then an empty one", () => [byBasic(), "Authorization:"], BASIC_CHALLENGE],
    ["an empty one, then Basic", () => ["Authorization:", byBasic()], BOTH_CHALLENGES],
    ["for a proxy", () => [byBasic().replace("Authorization", "Proxy-Authorization")], BOTH_CHALLENGES],
    ["another scheme", () => [byBasic().replace("Basic", "Digest")], BOTH_CHALLENGES],
  ];
  for (const [name, fields, challenge] of REFUSED) {
    test(name, async () => {
      const answer = await answerTo(["Host: x", ...fields()]);
      const isToken = challenge.startsWith(`${BARE_CHALLENGE}, error`);
      expectOAuthError(answer, {
        status: 401,
        error: isToken ? "invalid_token" : "invalid_client",
        description: challenge === BOTH_CHALLENGES ? ANONYMOUS.description : "The token is unknown",
        headers: { "www-authenticate": challenge },
      });
    });
  }

  test("with space around it, and its name in lower case, is fine", async () => {
    const field = byBasic().replace("Authorization: ", "authorization: \t ");
    expect((await answerTo(["Host: x", `${field} \t`])).json.active).toBe(true);
  });
});

describe("by whatever spelling the router finds it, it takes a token and fails in OAuth's form:", () => {
  const FOUND: readonly (readonly [target: string, fields: readonly string[], version?: string])[] = [
    [INTROSPECT, ["Host: x"]],
    [INTROSPECT, ["Host: publisher.example.com:8080"]],
    [`${INTROSPECT}?token=x`, ["Host: x"]],
    [`http://elsewhere.example:99${INTROSPECT}`, ["Host: x"]],
    [INTROSPECT, [], "HTTP/1.0"],
  ];
  for (const [target, fields, version] of FOUND) {
    test(`${target} at ${fields[0] ?? "no host"}`, async () => {
      expectOAuthError(await answerTo(fields, target, version), ANONYMOUS);
      for (const field of [bearer(), byBasic()])
        expect((await answerTo([...fields, field], target, version)).json.active).toBe(true);
    });
  }
});

describe("what can mean two things is refused in OAuth's form too:", () => {
  for (const [target, hosts] of [
    [`/a/..${INTROSPECT}`, ["x"]],
    [`/publisher.v1/%2e%2E${INTROSPECT}`, ["x"]],
    [INTROSPECT, ["a/b"]],
    [INTROSPECT, ["x", "x"]],
  ] as const) {
    test(`${target} at ${hosts.join(" and ")}`, async () => {
      for (const token of [[], [byBasic()]]) {
        const answer = await answerTo([...hosts.map((host) => `Host: ${host}`), ...token], target);
        const description = expect.stringMatching(/^(?:Host|path) must /);
        expect(answer.json).toEqual({ error: "invalid_request", error_description: description });
        expect(answer.status).toBe(400);
      }
    });
  }
});

test("a form may come in chunks, and is too large when it turns out so", async () => {
  const head = rawRequest({
    target: INTROSPECT,
    fields: ["Host: x", byBasic(), `Content-Type: ${FORM}`, "Transfer-Encoding: chunked"],
  });
  const pieces = [head, chunk(form.slice(0, 20)), chunk(form.slice(20)), chunk("")];
  expect((await exchange(api.port, pieces)).answers[0]?.json.active).toBe(true);
  const large = [head, chunk(form), chunk(`&x=${"x".repeat(65_536)}`), chunk("")];
  expect((await exchange(api.port, large)).answers[0]).toMatchObject({
    status: 413,
    json: { error: "invalid_request", error_description: "The body must have at most 65536 bytes" },
  });
});
