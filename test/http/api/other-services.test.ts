import { beforeAll, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { ENDPOINTS } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { introspect } from "../../support/http/introspection.ts";
import { expectResource } from "../../support/http/resource.ts";

const CHALLENGE = `${BARE_CHALLENGE}, error="insufficient_scope", error_description="The token is for other services"`;
const FORBIDDEN = { headers: { "www-authenticate": CHALLENGE } };

/** The one endpoint that takes every token. */
const CURRENT = "api-token/current";

const api = useTestApi({ per: "file" });
/** Of tokens for other services, of either access. */
let services: readonly string[];

beforeAll(async () => {
  services = [
    await api.secret("write", null, ["wiki"]),
    await api.secret("read", null, ["wiki", "publisher"]),
  ];
});

/** Every token there is, as whoever may read is told. */
async function everything(): Promise<string> {
  return (await api.call("api-token/list", { filters: [{ key: "id", exists: true }] })).text;
}

describe("a token for other services may not call", () => {
  for (const { path, body } of ENDPOINTS.filter((endpoint) => endpoint.path !== CURRENT)) {
    test(path, async () => {
      const before = await everything();
      for (const secret of services)
        for (const sent of [body, "no JSON", { ...body, colour: "red" }]) {
          const answer = await api.send(`/publisher.v1/${path}`, { token: secret, body: sent });
          expectFailure(answer, "authorization_error", FORBIDDEN);
        }
      expect(await everything()).toBe(before);
    });
  }

  test("any other route there is", async () => {
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

  test("anything but revoking itself about itself or another, with what it may know", async () => {
    const [write = "", read = ""] = services;
    const { id } = (await api.call("api-token/current", {}, write)).json;
    const calls: readonly (readonly [endpoint: string, body: object])[] = [
      ["get", { id }],
      ["revoke", { id, descendants: true }],
      ["revoke", { id: "atok_0" }],
      ["update", { id, description: "mine" }],
      ["rotate", { id }],
      ["verify", { token: write, audience: "wiki" }],
      ["verify", { token: read, audience: "wiki" }],
      ["list", { filters: [{ key: "id", eq: id }] }],
    ];
    for (const [endpoint, body] of calls)
      expectFailure(await api.call(`api-token/${endpoint}`, body, write), "authorization_error", FORBIDDEN);
    expect((await introspect(api, { token: write, audience: "wiki" }, { token: write })).status).toBe(403);
    expect((await api.call("api-token/current", {}, write)).json.status).toBe("active");
  });

  test("what needs no more than to read, for the access that it has elsewhere", async () => {
    const [write = ""] = services;
    const { json } = await api.call("api-token/current", {}, write);
    expect(json.access).toBe("write");
    expectFailure(await api.call("api-token/list", {}, write), "authorization_error", FORBIDDEN);
  });
});

test("it may ask which token it is", async () => {
  for (const [index, secret] of services.entries()) {
    expectResource(await api.call(CURRENT, {}, secret), {
      audiences: [["wiki"], ["wiki", "publisher"]][index],
      status: "active",
    });
    expect((await api.call(CURRENT, { colour: "red" }, secret)).status).toBe(400);
  }
});

test("what comes before the access is told to it as to any other: no such endpoint, another method", async () => {
  for (const token of services) {
    for (const path of ["/publisher.v1/api-token/nope", "/publisher.v1/nope", "/publisher.v1"])
      expectFailure(await api.send(path, { token }), "not_found", { data: { resource: "endpoint" } });
    for (const { path } of ENDPOINTS)
      expectFailure(await api.send(`/publisher.v1/${path}`, { token, method: "PUT" }), "method_not_allowed", {
        headers: { allow: "POST" },
      });
  }
});
