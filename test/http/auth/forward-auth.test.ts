import { beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { expectHardened } from "../../support/hardened.ts";
import { type Answer, type Sent, TestApi, useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE, refusedCredentials } from "../../support/http/credentials.ts";
import { INSUFFICIENT } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { loggedRequests } from "../../support/http/logged.ts";

const WRONG_AUDIENCE = `${BARE_CHALLENGE}, error="insufficient_scope", error_description="The token is for other services"`;

const api = useTestApi({ per: "file" });
let read: string;
let write: string;

beforeAll(async () => {
  read = await api.secret("read", null, ["wiki", "git"]);
  write = await api.secret("write", null, ["wiki"]);
});

beforeEach(() => {
  api.logLines.length = 0;
});

async function ask(path: string, sent: Sent = {}): Promise<Answer> {
  return await api.send(path, { method: "GET", token: read, ...sent });
}

async function idOf(secret: string): Promise<string> {
  return (await api.call("api-token/current", {}, secret)).json.id;
}

function expectForbidden(answer: Answer, challenge: string, label = ""): void {
  expectFailure(answer, "authorization_error", { headers: { "www-authenticate": challenge }, label });
}

test("a token that is for the service may pass: an empty answer says whose it is", async () => {
  for (const [token, access] of [
    [read, "read"],
    [write, "write"],
  ] as const) {
    const answer = await ask("/forward-auth/wiki", { token });
    expect([answer.status, answer.text, answer.headers.get("content-type")]).toEqual([200, "", null]);
    expect(answer.headers.get("publisher-token-id")).toBe(await idOf(token));
    expect(answer.headers.get("publisher-access")).toBe(access);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expectHardened(answer.headers);
  }
});

test("every audience of a token is good, and no other", async () => {
  expect((await ask("/forward-auth/git")).status).toBe(200);
  for (const audience of ["wik", "wikis", "wiki-", "Wiki", "wiki;", "%20wiki", "null", "*"]) {
    const path = `/forward-auth/${audience}`;
    expectForbidden(await ask(path), WRONG_AUDIENCE, path);
    const anonymous = await ask(path, { token: null });
    expectFailure(anonymous, "authentication_error", { headers: { "www-authenticate": BARE_CHALLENGE } });
  }
});

test("Publisher's own tokens are good for no service", async () => {
  for (const token of [api.write, api.read])
    for (const audience of ["wiki", "publisher", "null", ""])
      if (audience !== "") expectForbidden(await ask(`/forward-auth/${audience}`, { token }), WRONG_AUDIENCE);
});

test("whoever shows no good token is told so as everywhere, and so is the log", async () => {
  for (const { name, header, challenge, logged } of await refusedCredentials(api)) {
    api.logLines.length = 0;
    const answer = await ask("/forward-auth/wiki", { token: header });
    expectFailure(answer, "authentication_error", {
      headers: { "www-authenticate": challenge },
      label: name,
    });
    expect(loggedRequests(api)).toMatchObject([{ status: 401, authentication: logged }]);
  }
});

describe("a token that expires or is revoked", () => {
  test("is good until then", async () => {
    const expiring = await api.secret("read", Math.floor(api.nowMs / 1000) + 1, ["wiki"]);
    expect((await ask("/forward-auth/wiki", { token: expiring })).status).toBe(200);
    api.nowMs += 1000;
    expect((await ask("/forward-auth/wiki", { token: expiring })).status).toBe(401);
    const revoked = await api.secret("read", null, ["wiki"]);
    const id = await idOf(revoked);
    expect((await ask("/forward-auth/wiki", { token: revoked })).status).toBe(200);
    await api.call("api-token/revoke", { id });
    expect((await ask("/forward-auth/wiki", { token: revoked })).status).toBe(401);
  });
});

const READING = ["GET", "HEAD", "OPTIONS"];
const WRITING = ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE", "QUERY"];
/** What is no method that reads, however near it comes. */
const NO_METHOD = [
  "",
  "get",
  "Get",
  "GET, POST",
  "GET,GET",
  "GET POST",
  "POST, GET",
  ", GET",
  "GETS",
  "\u00e9",
];
const METHOD_HEADERS = ["x-forwarded-method", "x-original-method"];

describe("which access it takes goes by the method, wherever it is named:", () => {
  /** A read token passes or not, and a write token does always. */
  async function expectNeeded(needed: "read" | "write", path: string, sent: Sent): Promise<void> {
    const label = JSON.stringify([path, sent]);
    const answer = await ask(path, sent);
    if (needed === "read") expect([label, answer.status]).toEqual([label, 200]);
    else if (sent.method === "HEAD") expect([label, answer.status]).toEqual([label, 403]);
    else expectForbidden(answer, INSUFFICIENT, label);
    expect([label, (await ask(path, { ...sent, token: write })).status]).toEqual([label, 200]);
  }

  for (const method of READING.concat(WRITING.filter((name) => name !== "TRACE"))) {
    test(`the request's own, ${method}`, async () => {
      const needed = READING.includes(method) ? "read" : "write";
      await expectNeeded(needed, "/forward-auth/wiki", { method });
      await expectNeeded(needed, "/forward-auth/wiki/page/1", { method });
      for (const header of METHOD_HEADERS)
        await expectNeeded(needed, "/forward-auth/wiki", { method, headers: { [header]: "GET" } });
    });
  }

  for (const header of METHOD_HEADERS) {
    test(`that in ${header}`, async () => {
      for (const value of READING) {
        await expectNeeded("read", "/forward-auth/wiki", { headers: { [header]: value } });
        await expectNeeded("write", "/forward-auth/wiki", { method: "POST", headers: { [header]: value } });
      }
      for (const value of [...WRITING, ...NO_METHOD])
        await expectNeeded("write", "/forward-auth/wiki", { headers: { [header]: value } });
    });
  }

  test("both headers", async () => {
    for (const [forwarded, original, needed] of [
      ["GET", "HEAD", "read"],
      ["GET", "POST", "write"],
      ["DELETE", "GET", "write"],
    ] as const) {
      const headers = { "x-forwarded-method": forwarded, "x-original-method": original };
      await expectNeeded(needed, "/forward-auth/wiki", { headers });
    }
  });

  test("no other header, such as one that is to override it", async () => {
    for (const name of ["x-http-method-override", "x-method", "x-forwarded-uri", "publisher-access"])
      await expectNeeded("write", "/forward-auth/wiki", { method: "POST", headers: { [name]: "GET" } });
  });
});

test("the log has the audience, whose token it was and why it was refused", async () => {
  const id = await idOf(read);
  api.logLines.length = 0;
  await ask("/forward-auth/wiki/page/1?access=read");
  await ask("/forward-auth/wiki", { method: "POST" });
  await ask("/forward-auth/a%20b");
  expect(loggedRequests(api)).toMatchObject([
    { method: "GET", path: "/forward-auth/wiki", status: 200, token_id: id, ip: "192.0.2.1" },
    { method: "POST", status: 403, token_id: id, authentication: "insufficient_access" },
    { path: "/forward-auth/a%20b", status: 403, token_id: id, authentication: "wrong_audience" },
  ]);
});

test("the trace id of the caller goes through", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const { headers } = await ask("/forward-auth/wiki", { headers: { traceparent } });
  expect(headers.get("trace-id")).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
});

test("an audience alone asks, and nothing above it", async () => {
  for (const path of ["/forward-auth", "/forward-auth/"])
    for (const token of [null, read, write, api.write])
      expectFailure(await ask(path, { token }), "not_found", { data: { resource: "endpoint" } });
});

test("it is closed while the server stops, and when the store does not answer", async () => {
  api.isStopping = true;
  const stopping = await ask("/forward-auth/wiki");
  api.isStopping = false;
  expectFailure(stopping, "unavailable", { headers: { "retry-after": "5" } });
  expect(stopping.headers.get("connection")).toBe("close");
  await using broken = await TestApi.start();
  const token = await broken.secret("write", null, ["wiki"]);
  broken.store.findByDigest = () => {
    throw new Error("disk I/O error");
  };
  const answer = await broken.send("/forward-auth/wiki", { method: "GET", token });
  expectFailure(answer, "internal_error");
});
