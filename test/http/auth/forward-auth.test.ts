import { beforeAll, describe, expect, test } from "bun:test";
import { type Answer, type Sent, useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE, refusedCredentials } from "../../support/http/credentials.ts";
import { INSUFFICIENT, WRONG_AUDIENCE } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { loggedRequests } from "../../support/http/logged.ts";
import { words } from "../../support/words.ts";

const WIKI = "/forward-auth/wiki";

const api = useTestApi({ per: "file" });
let read: string;
let write: string;

beforeAll(async () => {
  read = await api.secret("read", null, ["wiki", "git"]);
  write = await api.secret("write", null, ["wiki"]);
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

test("a token for the service passes: an empty answer has its id and its access", async () => {
  for (const [token, access] of [
    [read, "read"],
    [write, "write"],
  ] as const) {
    const answer = await ask(WIKI, { token });
    expect([answer.status, answer.text, answer.headers.get("content-type")]).toEqual([200, "", null]);
    expect(answer.headers.get("publisher-token-id")).toBe(await idOf(token));
    expect(answer.headers.get("publisher-access")).toBe(access);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
});

test("a token passes for each of its audiences, and for no other", async () => {
  expect((await ask("/forward-auth/git")).status).toBe(200);
  for (const audience of words`wik wikis wiki- Wiki wiki; %20wiki null *`) {
    const path = `/forward-auth/${audience}`;
    expectForbidden(await ask(path), WRONG_AUDIENCE, path);
    const anonymous = await ask(path, { token: null });
    expectFailure(anonymous, "authentication_error", { headers: { "www-authenticate": BARE_CHALLENGE } });
  }
  for (const token of [api.write, api.read])
    for (const audience of ["wiki", "publisher", "null"])
      expectForbidden(await ask(`/forward-auth/${audience}`, { token }), WRONG_AUDIENCE);
});

test("without a good token the answer and the log are as everywhere", async () => {
  for (const { name, header, challenge, logged } of await refusedCredentials(api)) {
    api.logLines.length = 0;
    const answer = await ask(WIKI, { token: header });
    const headers = { "www-authenticate": challenge };
    expectFailure(answer, "authentication_error", { headers, label: name });
    expect(loggedRequests(api)).toMatchObject([{ status: 401, authentication: logged }]);
  }
});

test("a token passes until it expires or is revoked", async () => {
  const expiring = await api.secret("read", Math.floor(api.nowMs / 1000) + 1, ["wiki"]);
  expect((await ask(WIKI, { token: expiring })).status).toBe(200);
  api.nowMs += 1000;
  expect((await ask(WIKI, { token: expiring })).status).toBe(401);
  const revoked = await api.secret("read", null, ["wiki"]);
  const id = await idOf(revoked);
  expect((await ask(WIKI, { token: revoked })).status).toBe(200);
  await api.call("api-token/revoke", { id });
  expect((await ask(WIKI, { token: revoked })).status).toBe(401);
});

const READING = words`GET HEAD OPTIONS`;
const WRITING = words`POST PUT PATCH DELETE PROPFIND TRACE QUERY`;
/** Values that are near a method that reads. */
const NO_METHOD = [
  ...words`get Get GET,GET GETS`,
  "",
  "GET, POST",
  "GET POST",
  "POST, GET",
  ", GET",
  "\u00e9",
];
const METHOD_HEADERS = ["x-forwarded-method", "x-original-method"];

describe("the method decides about the access:", () => {
  /** A read token passes or not, and a write token always does. */
  async function expectNeeded(needed: "read" | "write", path: string, sent: Sent): Promise<void> {
    const label = JSON.stringify([path, sent]);
    const answer = await ask(path, sent);
    if (needed === "read") expect([label, answer.status]).toEqual([label, 200]);
    else if (sent.method === "HEAD") expect([label, answer.status]).toEqual([label, 403]);
    else expectForbidden(answer, INSUFFICIENT, label);
    expect([label, (await ask(path, { ...sent, token: write })).status]).toEqual([label, 200]);
  }

  test.each([...READING, ...WRITING].filter((name) => name !== "TRACE"))(
    "the request's own, %s",
    async (method) => {
      const needed = READING.includes(method) ? "read" : "write";
      await expectNeeded(needed, WIKI, { method });
      await expectNeeded(needed, `${WIKI}/page/1`, { method });
      for (const header of METHOD_HEADERS)
        await expectNeeded(needed, WIKI, { method, headers: { [header]: "GET" } });
    },
  );

  test.each(METHOD_HEADERS)("that in %s", async (header) => {
    for (const value of READING) {
      await expectNeeded("read", WIKI, { headers: { [header]: value } });
      await expectNeeded("write", WIKI, { method: "POST", headers: { [header]: value } });
    }
    for (const value of [...WRITING, ...NO_METHOD])
      await expectNeeded("write", WIKI, { headers: { [header]: value } });
  });

  test.each([
    ["GET", "HEAD", "read"],
    ["GET", "POST", "write"],
    ["DELETE", "GET", "write"],
  ] as const)("both headers, %s and %s", async (forwarded, original, needed) => {
    const headers = { "x-forwarded-method": forwarded, "x-original-method": original };
    await expectNeeded(needed, WIKI, { headers });
  });

  test("no other header, such as one that overrides it elsewhere", async () => {
    for (const name of words`x-http-method-override x-method x-forwarded-uri publisher-access`)
      await expectNeeded("write", WIKI, { method: "POST", headers: { [name]: "GET" } });
  });
});

test("the log has the audience, the token's id and the reason of a refusal", async () => {
  const id = await idOf(read);
  api.logLines.length = 0;
  await ask(`${WIKI}/page/1?access=read`);
  await ask(WIKI, { method: "POST" });
  await ask("/forward-auth/a%20b");
  expect(loggedRequests(api)).toMatchObject([
    { method: "GET", path: WIKI, status: 200, token_id: id, ip: "192.0.2.1" },
    { method: "POST", status: 403, token_id: id, authentication: "insufficient_access" },
    { path: "/forward-auth/a%20b", status: 403, token_id: id, authentication: "wrong_audience" },
  ]);
});

test("the answer has the trace id of the caller", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const { headers } = await ask(WIKI, { headers: { traceparent } });
  expect(headers.get("trace-id")).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
});

test("a path without an audience is unknown", async () => {
  for (const path of ["/forward-auth", "/forward-auth/"])
    for (const token of [null, read, write, api.write])
      expectFailure(await ask(path, { token }), "not_found", { data: { resource: "endpoint" } });
});

test("no token passes while the server stops, nor when the store fails", async () => {
  api.isStopping = true;
  const stopping = await ask(WIKI);
  api.isStopping = false;
  expectFailure(stopping, "unavailable", { headers: { "retry-after": "5" } });
  expect(stopping.headers.get("connection")).toBe("close");
  api.store.findByDigest = () => {
    throw new Error("disk I/O error");
  };
  expectFailure(await ask(WIKI, { token: write }), "internal_error");
});
