import { beforeAll, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { answerTo, chunk, rawRequest } from "../../support/http/exchange.ts";
import {
  BASIC_CHALLENGE,
  BOTH_CHALLENGES,
  basic,
  FORM,
  INTROSPECT,
} from "../../support/http/introspection.ts";
import { words } from "../../support/words.ts";

const LIST = "/publisher.v1/api-token/list";
const WIKI = "/forward-auth/wiki";

const api = useTestApi({ per: "file", listens: true });
let service: string;

beforeAll(async () => {
  service = await api.secret("write", null, ["wiki"]);
});

interface Sent {
  readonly target: string;
  readonly fields: readonly string[];
  readonly version?: string;
}

/** Sends a right request for the path, except for its token. */
async function send(path: string, { target, fields, version = "HTTP/1.1" }: Sent) {
  const [type, body] =
    path === INTROSPECT ? [FORM, `token=${service}&audience=wiki`] : ["application/json", "{}"];
  const framing = [`Content-Type: ${type}`, `Content-Length: ${body.length}`];
  return await answerTo(api.port, rawRequest({ target, version, fields: [...fields, ...framing], body }));
}

/** The token for the path: forward-auth takes one for its audience. */
function secretFor(path: string): string {
  return path === WIKI ? service : api.write;
}

describe.each([LIST, INTROSPECT, WIKI])("%s", (path) => {
  const anonymous = path === INTROSPECT ? BOTH_CHALLENGES : BARE_CHALLENGE;

  test.each([
    ["", "", "Host: x"],
    ["", "", "Host: a"],
    ["", "", "Host: localhost"],
    ["", "", "Host: publisher.example.com:8080"],
    ["", "", "Host: [::1]:8080"],
    ["", "?x=1", "Host: x"],
    ["http://x", "", "Host: x"],
    ["http://elsewhere.example:99", "", "Host: x"],
    ["HTTP://X", "", "Host: x"],
    ["https://x", "", "Host: x"],
    ["http://user:password@x", "", "Host: x"],
    ["", "", ""],
  ])("behind %p, before %p, with %p needs a token", async (before, after, host) => {
    const version = host === "" ? "HTTP/1.0" : "HTTP/1.1";
    const sent = { target: before + path + after, version };
    const fields = host === "" ? [] : [host];
    const refused = await send(path, { ...sent, fields });
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, anonymous]);
    const schemes = [`Bearer ${secretFor(path)}`, ...(path === INTROSPECT ? [basic(api.write)] : [])];
    for (const shown of schemes) {
      const { status } = await send(path, { ...sent, fields: [...fields, `Authorization: ${shown}`] });
      expect([shown.split(" ")[0], status]).toEqual([shown.split(" ")[0], 200]);
    }
  });

  const UNKNOWN = `${BARE_CHALLENGE}, error="invalid_token", error_description="The token is unknown"`;
  const bearer = () => `Authorization: Bearer ${secretFor(path)}`;
  const byBasic = () => `Authorization: ${basic(secretFor(path))}`;

  test.each<[name: string, fields: () => readonly string[], challenge: string]>([
    ["Bearer twice", () => [bearer(), bearer()], UNKNOWN],
    ["two tokens", () => [bearer(), `Authorization: Bearer ${api.read}`], UNKNOWN],
    ["Bearer, then Basic", () => [bearer(), byBasic()], UNKNOWN],
    ["Bearer, then an empty one", () => [bearer(), "Authorization:"], UNKNOWN],
    ["Basic twice", () => [byBasic(), byBasic()], BASIC_CHALLENGE],
    ["Basic, then Bearer", () => [byBasic(), bearer()], BASIC_CHALLENGE],
    ["Basic, then an empty one", () => [byBasic(), "Authorization:"], BASIC_CHALLENGE],
    ["an empty one, then Basic", () => ["Authorization:", byBasic()], BOTH_CHALLENGES],
    ["an empty one, then Bearer", () => ["Authorization:", bearer()], BOTH_CHALLENGES],
    ["for a proxy", () => [bearer().replace("Authorization", "Proxy-Authorization")], BOTH_CHALLENGES],
    ["another scheme", () => [byBasic().replace("Basic", "Digest")], BOTH_CHALLENGES],
  ])("takes one Authorization header with one token: %s", async (_, fields, challenge) => {
    const { status, headers, text } = await send(path, { target: path, fields: ["Host: x", ...fields()] });
    const bearerOnly = challenge === UNKNOWN ? UNKNOWN : BARE_CHALLENGE;
    const expected = path === INTROSPECT ? challenge : bearerOnly;
    expect([status, headers.get("www-authenticate")]).toEqual([401, expected]);
    expect(text).not.toMatch(/atok_|"data":\s*\[|"issues"/);
  });

  test("takes the header in lower case, with space around its value", async () => {
    for (const name of ["authorization", "Authorization"]) {
      const field = `${name}: \t Bearer ${secretFor(path)} \t`;
      expect((await send(path, { target: path, fields: ["Host: x", field] })).status).toBe(200);
    }
  });
});

test.each(words`
  /aaaa/publisher.v1/api-token/list /aaaaaaaaaaa/publisher.v1/api-token/list /%70ublisher.v1/api-token/list
  /Publisher.v1/api-token/list /?/publisher.v1/api-token/list http://x http://x/
  http://x/aaaa/publisher.v1/api-token/list`)("%s is no endpoint for anybody", async (target) => {
  for (const host of ["Host: x", "Host: localhost"])
    for (const token of [[], [`Authorization: Bearer ${api.write}`]]) {
      const { status } = await send(LIST, { target, fields: [host, ...token] });
      expect([target, status]).toEqual([target, 404]);
    }
});

test.each([
  ...words`x/publisher.v1/api-token/list * \publisher.v1\api-token\list`,
  `ftp://x${LIST}`,
  `@${LIST}`,
  `:80${LIST}`,
  `${LIST}\t`,
  `${LIST} x`,
  `${LIST}\u0001`,
])("%j is no target", async (target) => {
  const fields = ["Host: x", `Authorization: Bearer ${api.write}`];
  expect((await send(LIST, { target, fields })).status).toBeOneOf([400, 505]);
});

test.each([
  [`/a/..${INTROSPECT}`, ["x"]],
  [`/publisher.v1/%2e%2E${INTROSPECT}`, ["x"]],
  [INTROSPECT, ["a/b"]],
  [INTROSPECT, ["x", "x"]],
])("the unclear target %s at %j is refused in OAuth's form too", async (target, hosts) => {
  for (const token of [[], [`Authorization: ${basic(api.write)}`]]) {
    const fields = [...hosts.map((host) => `Host: ${host}`), ...token];
    const { status, json } = await send(INTROSPECT, { target, fields });
    const description = expect.stringMatching(/^(?:Host|path) must /);
    expect(json).toEqual({ error: "invalid_request", error_description: description });
    expect(status).toBe(400);
  }
});

test("a form may come in chunks, and is refused once it is too large", async () => {
  const framing = [`Content-Type: ${FORM}`, "Transfer-Encoding: chunked"];
  const fields = ["Host: x", `Authorization: ${basic(api.write)}`, ...framing];
  const head = rawRequest({ target: INTROSPECT, fields });
  const pieces = [chunk("token="), chunk(service), chunk("&audience=wiki")];
  expect((await answerTo(api.port, head, ...pieces, chunk(""))).json.active).toBe(true);
  const large = await answerTo(api.port, head, ...pieces, chunk(`&x=${"x".repeat(65_536)}`), chunk(""));
  expect([large.status, large.json.error_description]).toEqual([
    413,
    "The body must have at most 65536 bytes",
  ]);
});
