import { beforeAll, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { exchange, rawRequest } from "../../support/http/exchange.ts";
import { loggedRequests } from "../../support/http/logged.ts";
import { CLEAR_SEGMENTS } from "../../support/http/unclear-paths.ts";
import { words } from "../../support/words.ts";

const WIKI = "/forward-auth/wiki";

const api = useTestApi({ per: "file", listens: true });
let read: string;
let write: string;

beforeAll(async () => {
  read = await api.secret("read", null, ["wiki"]);
  write = await api.secret("write", null, ["wiki"]);
});

interface Raw {
  readonly token?: string | null;
  readonly method?: string;
  readonly version?: string;
  readonly fields?: readonly string[];
  readonly body?: string;
}

/** Sends the request unchanged; there is no answer if the connection is closed. */
async function answersTo(target: string, { token = null, fields = [], ...rest }: Raw = {}) {
  const host = rest.version === "HTTP/1.0" ? [] : ["Host: x"];
  const authorization = token === null ? [] : [`Authorization: Bearer ${token}`];
  const all = [...host, ...authorization, ...fields];
  return (await exchange(api.port, [rawRequest({ method: "GET", target, fields: all, ...rest })])).answers;
}

async function statusOf(target: string, raw: Raw = {}): Promise<number | undefined> {
  return (await answersTo(target, raw))[0]?.status;
}

describe("segments below the audience change nothing:", () => {
  const BELOW = ["", "/", "?", "/page?path=/x?y=1", ...CLEAR_SEGMENTS.map((segment) => `/${segment}/page/`)];
  for (const below of BELOW) {
    for (const start of [WIKI, `http://x${WIKI}`, `HTTPS://elsewhere.example:99${WIKI}`]) {
      test(start + below, async () => {
        expect(await statusOf(start + below)).toBe(401);
        expect(loggedRequests(api)).toMatchObject([{ path: WIKI, authentication: "missing" }]);
        expect(await statusOf(start + below, { token: api.write })).toBe(403);
        expect(await statusOf(start + below, { token: read })).toBe(200);
        expect(await statusOf(start + below, { token: read, method: "POST" })).toBe(403);
        expect(await statusOf(start + below, { token: write, method: "POST" })).toBe(200);
      });
    }
  }
});

describe("another spelling does not pass:", () => {
  test.each([
    ...words`
      /forward-auth/wiki; /forward-auth/wiki;/ /forward-auth/wiki;a=1/healthz /forward-auth/wiki* /forward-auth/wiki.
      /forward-auth/wiki%20 /forward-auth/..forward-auth/wiki /forward-auth/%77iki /forward-auth/wik%69
      /forward-auth/%77%69%6b%69/page`,
    "/forward-auth/\u00e9",
  ])("%s is another audience", async (target) => {
    expect(await statusOf(target)).toBe(401);
    expect(await statusOf(target, { token: write })).toBe(403);
  });

  test.each(words`
    /forward-auth /forward-auth/ /forward-auth?wiki /forward-auth/?/wiki /forward-auth;/wiki /a/forward-auth/wiki
    /%66orward-auth/wiki /forward%2dauth/wiki /Forward-Auth/wiki`)("%s is unknown", async (target) => {
    for (const token of [null, write, api.write]) expect(await statusOf(target, { token })).toBe(404);
  });

  test.each(words`* forward-auth/wiki x/forward-auth/wiki :80`)("%s is no target", async (target) => {
    expect(await statusOf(target, { token: write })).toBe(400);
  });
});

describe("methods:", () => {
  test.each(words`PUT PATCH DELETE PROPFIND TRACE QUERY PURGE M-SEARCH`)("%s writes", async (method) => {
    expect(await statusOf(WIKI, { method })).toBe(401);
    expect(await statusOf(WIKI, { method, token: read })).toBe(403);
    expect(await statusOf(WIKI, { method, token: write })).toBe(200);
  });

  test.each(["HEAD", "OPTIONS"])("%s reads", async (method) => {
    const url = `http://127.0.0.1:${api.port}${WIKI}`;
    expect((await fetch(url, { method })).status).toBe(401);
    expect((await fetch(url, { method, headers: { authorization: `Bearer ${read}` } })).status).toBe(200);
  });

  test.each(["FOO", "get", "Get"])("the server does not know %s", async (method) => {
    expect(await answersTo(WIKI, { method, token: write })).toEqual([]);
  });

  test("CONNECT opens no tunnel to any target", async () => {
    for (const target of [WIKI, `${WIKI}/page`, "x:80", "/healthz", "/publisher.v1/api-token/verify", "/"])
      expect([target, await statusOf(target, { method: "CONNECT", token: write })]).toEqual([target, 400]);
  });
});

test("a header that comes twice never lowers the access", async () => {
  for (const name of ["X-Forwarded-Method", "X-Original-Method", "x-forwarded-method"]) {
    for (const fields of [
      [`${name}: GET`, `${name}: POST`],
      [`${name}: POST`, `${name}: GET`],
      [`${name}: GET`, `${name}: GET`],
      [`${name}:`, `${name}: GET`],
      [`${name}:`],
    ]) {
      expect(await statusOf(WIKI, { token: read, fields })).toBe(403);
      expect(await statusOf(WIKI, { token: write, fields })).toBe(200);
    }
  }
});

test.each([
  ["path=/a#b?access=write", 200],
  ["access=read&path=/../..\\\u00ff'\"<>#", 200],
  ["access=read#", 403],
  ["access=read#&path=/", 403],
  ["access=re\\ad", 403],
  ["access=read'", 403],
  ["access=read\u00ff", 403],
  ["access=read\u007f", 403],
  ["access=read%00", 403],
])("the query is read as it was sent: %j gives a read token %d", async (query, status) => {
  expect(await statusOf(`${WIKI}?${query}`, { token: read })).toBe(status);
  expect(await statusOf(`${WIKI}?${query}`, { token: write })).toBe(200);
});

test("a header of its own is one header with one token", async () => {
  const target = `${WIKI}?header=x-wiki-token`;
  const good = `X-Wiki-Token: ${read}`;
  expect(await statusOf(target, { fields: [good] })).toBe(200);
  expect(await statusOf(target, { fields: [good, "Authorization: Bearer of-the-service"] })).toBe(200);
  for (const fields of [
    [good, good],
    [good, `x-wiki-token: ${write}`],
    ["X-Wiki-Token: x", good],
    [good, "X-Wiki-Token: x"],
    ["X-Wiki-Token:", good],
    [good, "X-Wiki-Token:"],
    ["X-Wiki-Token:"],
    [`X_Wiki_Token: ${read}`],
    [good, `Authorization: Bearer ${write}`],
    [good, "Authorization: Basic eDp5", `Authorization: Bearer ${write}`],
  ])
    expect([fields, await statusOf(target, { fields })]).toEqual([fields, 401]);
});

test("no body is waited for, and the next request on the connection is its own", async () => {
  const head = (length: number) =>
    rawRequest({
      target: WIKI,
      fields: ["Host: x", `Authorization: Bearer ${write}`, `Content-Length: ${length}`],
    });
  const next = rawRequest({ method: "GET", target: "/healthz", fields: ["Host: x"] });
  const unsent = await exchange(api.port, [head(1_000_000)]);
  expect(unsent.answers.map(({ status }) => status)).toEqual([200]);
  const body = next.repeat(500);
  const sent = await exchange(api.port, [head(body.length), body, next], 2);
  expect(sent.answers.map(({ status, text }) => [status, text])).toEqual([
    [200, ""],
    [200, '{"status":"ok"}'],
  ]);
});

test("a chunked body ends the connection, since trailers may follow", async () => {
  const body = "0\r\nA: b\r\n\r\n";
  const [answer] = await answersTo(WIKI, { token: read, fields: ["Transfer-Encoding: chunked"], body });
  expect([answer?.status, answer?.headers.get("connection")]).toEqual([200, "close"]);
  expect((await answersTo(WIKI, { token: read }))[0]?.headers.get("connection")).toBeNull();
});
