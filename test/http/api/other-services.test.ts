import { beforeAll, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { ENDPOINTS } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { introspect } from "../../support/http/introspection.ts";
import { expectResource } from "../../support/http/resource.ts";

const CHALLENGE = `${BARE_CHALLENGE}, error="insufficient_scope", error_description="The token is for other services"`;
const FORBIDDEN = { headers: { "www-authenticate": CHALLENGE } };

/** The only endpoint that takes every token. */
const CURRENT = "api-token/current";

const api = useTestApi({ per: "file" });
/** The secrets of tokens for other services, of either access. */
let services: readonly string[];

beforeAll(async () => {
  services = [
    await api.secret("write", null, ["wiki"]),
    await api.secret("read", null, ["wiki", "publisher"]),
  ];
});

/** Every token, as a list returns it. */
async function everything(): Promise<string> {
  return (await api.call("api-token/list", { filters: [{ key: "id", exists: true }] })).text;
}

const OTHERS = ENDPOINTS.filter(({ path }) => path !== CURRENT);

test.each(OTHERS)("a token for other services may not call $path", async ({ path, body }) => {
  const before = await everything();
  for (const token of services)
    for (const sent of [body, "no JSON", { ...body, colour: "red" }])
      expectFailure(await api.call(path, sent, token), "authorization_error", FORBIDDEN);
  expect(await everything()).toBe(before);
});

test("a token for other services may call no other route", async () => {
  const paths = api.app.routes
    .filter(({ method, path }) => method === "POST" && path.startsWith("/publisher.v1/"))
    .map(({ path }) => path);
  expect(paths.length).toBeGreaterThanOrEqual(ENDPOINTS.length);
  for (const path of paths)
    for (const token of services) {
      const { status } = await api.send(path, { token });
      expect([path, status]).toEqual([path, path === `/publisher.v1/${CURRENT}` ? 200 : 403]);
    }
});

test("a token for other services may use its access and its audiences for no other call", async () => {
  const [write = "", read = ""] = services;
  const { id, access } = (await api.call(CURRENT, {}, write)).json;
  expect(access).toBe("write");
  const calls: readonly (readonly [endpoint: string, body: object])[] = [
    ["get", { id }],
    ["revoke", { id, descendants: true }],
    ["revoke", { id: "atok_0" }],
    ["update", { id, description: "mine" }],
    ["rotate", { id }],
    ["verify", { token: write, audience: "wiki" }],
    ["verify", { token: read, audience: "wiki" }],
    ["bulk-verify", { tokens: [write, read], audience: "wiki" }],
    ["list", { filters: [{ key: "id", eq: id }] }],
  ];
  for (const [endpoint, body] of calls)
    expectFailure(await api.call(`api-token/${endpoint}`, body, write), "authorization_error", FORBIDDEN);
  expect((await introspect(api, { token: write, audience: "wiki" }, { token: write })).status).toBe(403);
  expect((await api.call(CURRENT, {}, write)).json.status).toBe("active");
});

test("a token for other services may call current", async () => {
  for (const [index, secret] of services.entries()) {
    expectResource(await api.call(CURRENT, {}, secret), {
      audiences: [["wiki"], ["wiki", "publisher"]][index],
      status: "active",
    });
    expect((await api.call(CURRENT, { colour: "red" }, secret)).status).toBe(400);
  }
});

test("an unknown endpoint and another method are refused as for any other token", async () => {
  for (const token of services) {
    for (const path of ["/publisher.v1/api-token/nope", "/publisher.v1/nope", "/publisher.v1"])
      expectFailure(await api.send(path, { token }), "not_found", { data: { resource: "endpoint" } });
    for (const { path } of ENDPOINTS)
      expectFailure(await api.send(`/publisher.v1/${path}`, { token, method: "PUT" }), "method_not_allowed", {
        headers: { allow: "POST" },
      });
  }
});
