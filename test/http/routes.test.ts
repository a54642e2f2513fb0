import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { useTestApi } from "../support/http/api.ts";
import { BARE_CHALLENGE } from "../support/http/credentials.ts";
import { ENDPOINTS, INSUFFICIENT } from "../support/http/endpoints.ts";
import { expectFailure } from "../support/http/failures.ts";

const api = useTestApi({ per: "file" });

interface Route {
  readonly method: string;
  readonly path: string;
  /** What the route says that a caller's token must be allowed to do. */
  readonly access: unknown;
}

interface Routed {
  readonly routes: readonly { readonly method: string; readonly path: string; readonly hooks: unknown }[];
}

/** Every route below /publisher.v1. */
function protectedRoutes({ routes }: Routed): readonly Route[] {
  return routes
    .filter(({ path }) => /^\/*publisher\.v1(?:\/|$)/i.test(path))
    .map(({ method, path, hooks }) => ({ method, path, access: accessOf(hooks) }));
}

function accessOf(hooks: unknown): unknown {
  const detail = property(hooks, "detail");
  return property(detail, "x-access");
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The routes that say neither read nor write, but for those that only refuse every method there is no route for. */
function undeclared(routed: Routed): readonly Route[] {
  return protectedRoutes(routed).filter(({ method, access }) => {
    const isDeclared = access === "read" || access === "write";
    return !isDeclared && method !== "ALL";
  });
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

describe("every route below /publisher.v1", () => {
  test("is there", () => {
    const paths = protectedRoutes(api.app).map(({ path }) => path);
    for (const { path } of ENDPOINTS) expect(paths).toContain(`/publisher.v1/${path}`);
  });

  test("declares what may call it", () => {
    expect(undeclared(api.app)).toEqual([]);
  });

  test("is found out if it does not", () => {
    const vague = { tags: ["api-token"], "x-access": "anybody" };
    const declared = { tags: ["api-token"], "x-access": "read" };
    const careless = new Elysia()
      .post("/publisher.v1/api-token/rotate", () => "done")
      .get("/publisher.v1/export", () => "everything", { detail: vague })
      .post("/publisher.v1/api-token/list", () => "fine", { detail: declared });
    expect(undeclared(careless).map(({ path }) => path)).toEqual([
      "/publisher.v1/api-token/rotate",
      "/publisher.v1/export",
    ]);
  });

  test("that declares nothing because it takes the other methods only refuses them", async () => {
    for (const { method, path } of protectedRoutes(api.app)) {
      if (method !== "ALL") continue;
      for (const other of METHODS) {
        if (other === "POST") continue;
        const answer = await api.send(path, { method: other, headers: { "content-type": "text/plain" } });
        expect(answer.status, `${other} ${path}`).toBe(405);
      }
    }
  });

  test("is a POST, and has a path that can be authenticated", () => {
    for (const { method, path } of protectedRoutes(api.app)) {
      expect(["POST", "ALL"]).toContain(method);
      expect(path).toMatch(/^\/publisher\.v1\/[a-z-]+\/[a-z-]+$/);
    }
  });

  test("refuses whoever does not say who it is", async () => {
    for (const { path } of protectedRoutes(api.app)) {
      for (const method of METHODS) {
        if (method === "HEAD") continue;
        expectFailure(await api.send(path, { method, token: null }), "authentication_error", {
          headers: { "www-authenticate": BARE_CHALLENGE },
          label: `${method} ${path}`,
        });
      }
    }
  });

  test("that needs write refuses a read token, and one that needs read takes it", async () => {
    for (const { method, path, access } of protectedRoutes(api.app)) {
      if (method !== "POST") continue;
      const answer = await api.send(path, { token: api.read });
      if (access === "write")
        expectFailure(answer, "authorization_error", {
          headers: { "www-authenticate": INSUFFICIENT },
          label: path,
        });
      else expect(answer.status, path).not.toBe(403);
    }
  });
});

/** The one path outside that takes a token, and whose tests are its own. */
const INTROSPECTION = "/oauth2/introspect";

test("what lies outside /publisher.v1 changes nothing and tells of no token", async () => {
  const outside = api.app.routes.filter(
    ({ path }) => !path.startsWith("/publisher.v1") && path !== INTROSPECTION,
  );
  const own = (await api.call("api-token/current")).json;
  expect(outside.map(({ path }) => path)).toContain("/healthz");
  for (const { method, path } of outside) {
    expect(["GET", "HEAD", "ALL"], path).toContain(method);
    const { text } = await api.send(path, { method: "GET", token: null });
    for (const told of [own.id, api.write]) expect(text, path).not.toContain(told);
  }
});
