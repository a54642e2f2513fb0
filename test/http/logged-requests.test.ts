import { describe, expect, test } from "bun:test";
import { type Sent, useTestApi } from "../support/http/api.ts";
import { exchange, rawRequest } from "../support/http/exchange.ts";
import { logged, loggedRequests } from "../support/http/logged.ts";

const api = useTestApi();

async function loggedFor(path: string, sent: Sent = {}) {
  api.logLines.length = 0;
  const answer = await api.send(path, sent);
  const [line, ...more] = loggedRequests(api);
  expect(more).toEqual([]);
  return { answer, line };
}

const LIST = "/publisher.v1/api-token/list";

describe("each request has its line:", () => {
  const REQUESTS: readonly (Sent & { readonly path: string; readonly status: number })[] = [
    { path: LIST, status: 200 },
    { path: `${LIST}?cursor=x`, status: 200 },
    { path: "/publisher.v1/api-token/create", status: 400 },
    { path: "/publisher.v1/nope", status: 404 },
    { path: LIST, method: "GET", status: 405 },
    { path: LIST, body: " ".repeat(70_000), status: 413 },
    { path: LIST, headers: { "content-type": "text/plain" }, status: 415 },
  ];
  for (const { path, status, ...sent } of REQUESTS) {
    test(`${status} ${sent.method ?? "POST"} ${path}`, async () => {
      const id = (await api.call("api-token/current")).json.id;
      const { answer, line } = await loggedFor(path, sent);
      expect(answer.status).toBe(status);
      expect(line).toStrictEqual({
        level: "info",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        trace_id: answer.headers.get("trace-id"),
        request_id: answer.headers.get("trace-id"),
        method: sent.method ?? "POST",
        path: path.split("?")[0],
        status,
        duration_ms: expect.any(Number),
        ip: "192.0.2.1",
        token_id: id,
        message: "request",
      });
      expect(Number(line?.duration_ms)).toBeWithin(0, 60_000);
    });
  }

  test("without a token, also outside", async () => {
    for (const path of ["/healthz", "/nope"]) {
      const { line } = await loggedFor(path, { method: "GET", token: null });
      expect(line).toMatchObject({ path, method: "GET", token_id: null });
      expect(line).not.toHaveProperty("authentication");
    }
  });

  test("with the id of the request's token", async () => {
    const id = (await api.call("api-token/current", {}, api.read)).json.id;
    const { line } = await loggedFor("/publisher.v1/api-token/create", { token: api.read });
    expect(line).toMatchObject({ status: 403, token_id: id });
  });

  test("while the server is stopping too", async () => {
    api.isStopping = true;
    const { line } = await loggedFor(LIST);
    expect(line).toMatchObject({ status: 503 });
  });
});

test("every line is one line of JSON", async () => {
  await api.call("api-token/create", { access: "read", description: "a\u2028b" });
  await api.call("api-token/list", { filters: [{ key: "\n", eq: "\r" }] });
  await api.send(`${LIST}%0a%0d{"level":"error"}`, { token: null });
  api.store.list = () =>
    Promise.reject(new Error('line one\nline two\r\n{"level":"error"}\u007f\u009b31m\u2028'));
  await api.call("api-token/list");
  expect(api.logLines.length).toBeGreaterThan(5);
  for (const line of api.logLines) {
    expect(line).toEndWith("\n");
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(JSON.parse(line)).toBeObject();
  }
});

describe("no secret is in the log:", () => {
  const PLACES: readonly (readonly [
    name: string,
    request: (secret: string) => Sent & { readonly path: string },
  ])[] = [
    ["as the token", (secret) => ({ path: LIST, token: secret })],
    ["as a mistyped token", (secret) => ({ path: LIST, token: `Bearer ${secret}0` })],
    ["behind another scheme", (secret) => ({ path: LIST, token: `Basic ${secret}` })],
    ["in the path", (secret) => ({ path: `/publisher.v1/${secret}` })],
    ["in the path outside", (secret) => ({ path: `/${secret}/x`, token: null })],
    ["twice in the path", (secret) => ({ path: `/${secret}${secret}/${secret}` })],
    ["in the path, encoded", (secret) => ({ path: `/%zz/${secret.replaceAll("_", "%255f")}` })],
    ["in the path, as Basic credentials", (secret) => ({ path: `/${btoa(`user:${secret}`)}/x` })],
    ["in the path of a reverse proxy", (secret) => ({ path: `/forward-auth/wiki/${secret}`, method: "GET" })],
    ["where a long path is cut", (secret) => ({ path: `/${"x".repeat(230)}${secret}` })],
    ["in the query", (secret) => ({ path: `${LIST}?token=${secret}` })],
    ["in the body", (secret) => ({ path: LIST, body: { filters: [{ key: secret, eq: secret }] } })],
    ["as a body that is no JSON", (secret) => ({ path: LIST, body: secret })],
    ["in traceparent", (secret) => ({ path: LIST, headers: { traceparent: secret } })],
    [
      "in other headers",
      (secret) => ({ path: LIST, headers: { "user-agent": secret, referer: secret, cookie: secret } }),
    ],
  ];
  for (const [name, request] of PLACES) {
    test(name, async () => {
      const { path, ...sent } = request(api.write);
      const { line } = await loggedFor(path, sent);
      expect(line).toBeDefined();
      for (const mark of [api.write.slice(8, 24), btoa(`user:${api.write}`).slice(12, 32)])
        expect(api.logLines.join()).not.toContain(mark);
    });
  }

  test("in an error's message", async () => {
    api.store.list = () => Promise.reject(new Error(`no such row: ${api.write.replaceAll("_", "%5f")}`));
    await api.call("api-token/list");
    expect(logged(api)).toContainEqual(expect.objectContaining({ level: "error" }));
    expect(api.logLines.join()).not.toContain(api.write.slice(8, 24));
  });

  test("when it is created", async () => {
    const { token } = (await api.call("api-token/create", { access: "read" })).json;
    expect(api.logLines.join()).not.toContain(token.slice(8, 24));
  });

  test("when creating it fails", async () => {
    api.store.change = () => Promise.reject(new Error("boom"));
    await api.call("api-token/create", { access: "read" });
    expect(api.logLines.join()).not.toMatch(/sk_live_[0-9A-Za-z]/);
  });
});

test("a path is kept without its query, and cut short", async () => {
  expect((await loggedFor(`${LIST}?a=1&path=/x`)).line?.path).toBe(LIST);
  expect((await loggedFor(`/x?y?z`)).line?.path).toBe("/x");
  expect((await loggedFor(`/${"y".repeat(5000)}`)).line?.path).toBe(`/${"y".repeat(255)}…`);
});

test("control characters in a raw path are escaped", async () => {
  await api.listen();
  api.logLines.length = 0;
  for (const character of ["\u007f", "\u0085", "\u009b31m", "\u2028", "\u00e9"])
    await exchange(api.port, [rawRequest({ method: "GET", target: `/a${character}b`, fields: ["Host: x"] })]);
  expect(api.logLines).toHaveLength(5);
  for (const line of api.logLines) expect(line).toMatch(/^[\x20-\x7e]*\n$/);
});

describe("each change has its line:", () => {
  const changes = () => logged(api).filter(({ message }) => message === "change");

  test("a creation and a revocation, once each", async () => {
    const { id } = (await api.call("api-token/create", { access: "read" })).json;
    await api.call("api-token/revoke", { id });
    await api.call("api-token/revoke", { id });
    expect(changes()).toMatchObject([
      { action: "api-token.create", target: id },
      { action: "api-token.revoke", target: id },
    ]);
  });

  test("a refused change has none", async () => {
    await api.call("api-token/create", { access: "admin" });
    await api.call("api-token/create", { access: "read" }, api.read);
    await api.call("api-token/revoke", { id: "atok_0" });
    expect(changes()).toEqual([]);
  });
});
