import { describe, expect, test } from "bun:test";
import { type Sent, useTestApi } from "../support/http/api.ts";
import { BARE_CHALLENGE } from "../support/http/credentials.ts";
import { ENDPOINTS, INSUFFICIENT, sendWatched } from "../support/http/endpoints.ts";
import {
  expectFailure,
  expectIssues,
  type FailureCode,
  type FailureParts,
} from "../support/http/failures.ts";
import { logged, loggedFaults } from "../support/http/logged.ts";
import { words } from "../support/words.ts";

const METHODS = words`GET HEAD PUT PATCH DELETE OPTIONS TRACE PROPFIND QUERY`;
const CREATE = "/publisher.v1/api-token/create";
const TOO_LARGE = { data: { limit_bytes: 65_536 } };

const api = useTestApi({ per: "file" });

test("the routes below /publisher.v1 are these endpoints, each with its access", () => {
  const routes = api.app.routes
    .filter(({ path }) => /^\/*publisher\.v1(?:\/|$)/i.test(path))
    .map(({ method, path, hooks }) => `${method} ${path} ${Object(hooks).detail?.["x-access"]}`);
  const expected = ENDPOINTS.flatMap(({ path, access }) => [
    `POST /publisher.v1/${path} ${access}`,
    `ALL /publisher.v1/${path} undefined`,
  ]);
  expect(routes.toSorted()).toEqual(expected.toSorted());
});

/** Bodies that a 405 must not look at. */
const UNREAD_BODIES: readonly (readonly [type: string, body: string])[] = [
  ["application/json", ""],
  ["application/json", "{"],
  ["application/json", "sk_live_canary"],
  ["application/json", "[".repeat(60_000)],
  ["application/json", " ".repeat(1_000_000)],
  ["application/x-www-form-urlencoded", "a=%zz&__proto__=1"],
  ["multipart/form-data", "x"],
  ["multipart/form-data; boundary=x", "--x"],
  ["application/octet-stream", "x"],
  ["text/plain", "x"],
];

const TARGETS = [
  ...ENDPOINTS.map(({ path }) => ({ path: `/publisher.v1/${path}`, allow: "POST" })),
  { path: "/healthz", allow: "GET, HEAD" },
  { path: "/readyz", allow: "GET, HEAD" },
];

describe.each(TARGETS)("$path", ({ path, allow }) => {
  test("refuses every other method without reading its body", async () => {
    api.logLines.length = 0;
    const others = [...METHODS, "POST"].filter((method) => !allow.split(", ").includes(method));
    for (const method of others) {
      const answer = await api.send(path, { method });
      expect([method, answer.status, answer.headers.get("allow")]).toEqual([method, 405, allow]);
      if (method === "HEAD") expect(answer.text).toBe("");
      else expectFailure(answer, "method_not_allowed", { headers: { allow }, label: method });
    }
    for (const [type, body] of UNREAD_BODIES) {
      const answer = await api.send(path, { method: "PUT", headers: { "content-type": type }, body });
      expectFailure(answer, "method_not_allowed", { headers: { allow }, label: body.slice(0, 20) });
    }
    expect(await sendWatched(api, path, { method: "PUT" })).toEqual({ status: 405, isRead: false });
    expect(loggedFaults(api)).toEqual([]);
    expect(JSON.stringify(logged(api))).not.toContain("canary");
  });
});

interface Fault {
  readonly code: FailureCode;
  readonly parts?: FailureParts;
  readonly sent: Sent;
}

/** A fault for each check, in the order of the checks. */
function faultsFor(access: "read" | "write"): readonly Fault[] {
  const faults: readonly Fault[] = [
    {
      code: "authentication_error",
      parts: { headers: { "www-authenticate": BARE_CHALLENGE } },
      sent: { token: null },
    },
    { code: "method_not_allowed", parts: { headers: { allow: "POST" } }, sent: { method: "PUT" } },
    {
      code: "authorization_error",
      parts: { headers: { "www-authenticate": INSUFFICIENT } },
      sent: { token: api.read },
    },
    { code: "unsupported_media_type", sent: { headers: { "content-type": "text/plain" } } },
    { code: "payload_too_large", parts: TOO_LARGE, sent: { body: " ".repeat(65_537) } },
  ];
  return faults.filter(({ code }) => access === "write" || code !== "authorization_error");
}

describe.each(ENDPOINTS)("$path", ({ path, access, body }) => {
  test("answers with the first check that fails", async () => {
    const faults = faultsFor(access);
    for (const [index, { code, parts }] of faults.entries()) {
      const sent = Object.assign(
        { body: "no JSON" },
        ...faults
          .slice(index)
          .map(({ sent }) => sent)
          .reverse(),
      );
      expectFailure(await api.send(`/publisher.v1/${path}`, sent), code, parts);
      if (index === 0) continue;
      const unknown = await api.send(`/publisher.v1/${path}x`, sent);
      expectFailure(unknown, "not_found", { data: { resource: "endpoint" } });
    }
    const wrong = await api.call(path, { ...body, colour: "red" });
    expectIssues(wrong, [{ path: "colour", message: "is not a known parameter" }]);
  });

  test(`needs a token with ${access} access`, async () => {
    for (const method of METHODS.filter((name) => name !== "HEAD"))
      expectFailure(
        await api.send(`/publisher.v1/${path}`, { method, token: null }),
        "authentication_error",
        {
          headers: { "www-authenticate": BARE_CHALLENGE },
          label: method,
        },
      );
    const statusWith = async (token: string) => (await api.call(path, body, token)).status;
    if (access === "write") expect(await statusWith(api.read)).toBe(403);
    else expect([200, 404]).toContain(await statusWith(api.read));
    expect([200, 404]).toContain(await statusWith(api.write));
  });
});

test("a body is read only after every other check", async () => {
  const unread: readonly (Sent & { readonly path?: string; readonly status: number })[] = [
    { token: null, status: 401 },
    { token: api.read, status: 403 },
    { path: "/publisher.v1/api-token/nope", status: 404 },
    { path: "/nope", status: 404 },
    { headers: { "content-type": "text/plain" }, status: 415 },
    { headers: { "content-length": "65537" }, status: 413 },
  ];
  for (const { path = CREATE, status, ...sent } of unread)
    expect(await sendWatched(api, path, sent)).toEqual({ status, isRead: false });
  expect(await sendWatched(api, CREATE, {})).toEqual({ status: 200, isRead: true });
});

test("the size comes before the body, also where only its header is too large", async () => {
  const headers = { "content-length": "65537" };
  expectFailure(await api.send(CREATE, { headers, body: "{" }), "payload_too_large", TOO_LARGE);
});

test("a read token changes no other token", async () => {
  const everything = { filters: [{ key: "id", exists: true }] };
  const before = await api.call("api-token/list", everything);
  const own = (await api.call("api-token/current", {}, api.read)).json.id;
  for (const { id } of before.json.data) if (id !== own) await api.call("api-token/revoke", { id }, api.read);
  await api.call("api-token/create", { access: "write" }, api.read);
  expect((await api.call("api-token/list", everything)).json).toStrictEqual(before.json);
});

/** It takes a token and has tests of its own. */
const INTROSPECTION = "/oauth2/introspect";

test("every route outside /publisher.v1 changes nothing and shows no token", async () => {
  const outside = api.app.routes.filter(
    ({ path }) => !path.startsWith("/publisher.v1") && path !== INTROSPECTION,
  );
  const own = (await api.call("api-token/current")).json;
  expect(outside.map(({ path }) => path)).toContain("/healthz");
  for (const { method, path } of outside) {
    expect(["GET", "HEAD", "ALL"], path).toContain(method);
    const { text } = await api.send(path, { method: "GET", token: null });
    for (const secret of [own.id, api.write]) expect(text, path).not.toContain(secret);
  }
});
