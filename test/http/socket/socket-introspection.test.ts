import { beforeAll, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { answerTo, chunk, rawRequest } from "../../support/http/exchange.ts";
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

/** Sends the form with these headers. */
async function introspected(fields: readonly string[], target = INTROSPECT, version = "HTTP/1.1") {
  const framing = [`Content-Type: ${FORM}`, `Content-Length: ${form.length}`];
  return await answerTo(
    api.port,
    rawRequest({ target, version, fields: [...fields, ...framing], body: form }),
  );
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
  test.each(REFUSED)("%s", async (_, fields, challenge) => {
    const isToken = challenge.startsWith(`${BARE_CHALLENGE}, error`);
    expectOAuthError(await introspected(["Host: x", ...fields()]), {
      status: 401,
      error: isToken ? "invalid_token" : "invalid_client",
      description: challenge === BOTH_CHALLENGES ? ANONYMOUS.description : "The token is unknown",
      headers: { "www-authenticate": challenge },
    });
  });

  test("with space around it, and its name in lower case, is fine", async () => {
    const field = byBasic().replace("Authorization: ", "authorization: \t ");
    expect((await introspected(["Host: x", `${field} \t`])).json.active).toBe(true);
  });
});

test.each([
  [INTROSPECT, ["Host: x"], "HTTP/1.1"],
  [INTROSPECT, ["Host: publisher.example.com:8080"], "HTTP/1.1"],
  [`${INTROSPECT}?token=x`, ["Host: x"], "HTTP/1.1"],
  [`http://elsewhere.example:99${INTROSPECT}`, ["Host: x"], "HTTP/1.1"],
  [INTROSPECT, [], "HTTP/1.0"],
])("%s with %j takes a token and fails in OAuth's form", async (target, fields, version) => {
  expectOAuthError(await introspected(fields, target, version), ANONYMOUS);
  for (const field of [bearer(), byBasic()])
    expect((await introspected([...fields, field], target, version)).json.active).toBe(true);
});

test.each([
  [`/a/..${INTROSPECT}`, ["x"]],
  [`/publisher.v1/%2e%2E${INTROSPECT}`, ["x"]],
  [INTROSPECT, ["a/b"]],
  [INTROSPECT, ["x", "x"]],
])("the unclear target %s at %j is refused in OAuth's form too", async (target, hosts) => {
  for (const token of [[], [byBasic()]]) {
    const { status, json } = await introspected([...hosts.map((host) => `Host: ${host}`), ...token], target);
    const description = expect.stringMatching(/^(?:Host|path) must /);
    expect(json).toEqual({ error: "invalid_request", error_description: description });
    expect(status).toBe(400);
  }
});

test("a form may come in chunks, and is too large when it turns out so", async () => {
  const head = rawRequest({
    target: INTROSPECT,
    fields: ["Host: x", byBasic(), `Content-Type: ${FORM}`, "Transfer-Encoding: chunked"],
  });
  const pieces = [head, chunk(form.slice(0, 20)), chunk(form.slice(20)), chunk("")];
  expect((await answerTo(api.port, ...pieces)).json.active).toBe(true);
  const large = [head, chunk(form), chunk(`&x=${"x".repeat(65_536)}`), chunk("")];
  expect(await answerTo(api.port, ...large)).toMatchObject({
    status: 413,
    json: { error: "invalid_request", error_description: "The body must have at most 65536 bytes" },
  });
});
