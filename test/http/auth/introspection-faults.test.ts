import { describe, expect, test } from "bun:test";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { useTestApi } from "../../support/http/api.ts";
import { BOTH_CHALLENGES, basic, expectOAuthError, introspect } from "../../support/http/introspection.ts";
import { loggedFaults } from "../../support/http/logged.ts";

const api = useTestApi();

const FAULT = { status: 500, error: "server_error", description: "Something went wrong on the server" };
const UNAVAILABLE = {
  status: 503,
  error: "temporarily_unavailable",
  description: "The store cannot be used now; try again later",
  headers: { "retry-after": "5" },
};
const ANONYMOUS = {
  status: 401,
  error: "invalid_client",
  description: "There is no token in the request",
  headers: { "www-authenticate": BOTH_CHALLENGES },
};

/** Makes the store fail from that many look-ups on. */
function failAfter(lookUps: number, thrown: unknown): void {
  const { store } = api;
  const find = store.findByDigest.bind(store);
  let count = 0;
  store.findByDigest = (digest) => {
    count += 1;
    if (count > lookUps) throw thrown;
    return find(digest);
  };
}

describe("a fault of the server has the form of OAuth's errors, and only the log has its cause:", () => {
  for (const [name, lookUps] of [
    ["while the caller is looked up", 0],
    ["while the token is looked up", 1],
  ] as const) {
    test(name, async () => {
      failAfter(lookUps, new Error("SELECT digest FROM token: boom"));
      const answer = await introspect(
        api,
        { token: api.read, audience: "wiki" },
        { token: basic(api.write) },
      );
      expectOAuthError(answer, FAULT);
      expect(loggedFaults(api)).toMatchObject([{ trace_id: answer.headers.get("trace-id") }]);
      expect(JSON.stringify(loggedFaults(api))).toContain("boom");
      expect(api.logLines.join()).not.toContain("sk_live_");
    });

    test(`${name}, where the store cannot be used now`, async () => {
      failAfter(lookUps, new StoreUnavailable("the disk is full"));
      expectOAuthError(await introspect(api, { token: api.read, audience: "wiki" }), UNAVAILABLE);
      expect(JSON.stringify(loggedFaults(api))).toContain("the disk is full");
    });
  }

  test("what was thrown need be no error", async () => {
    for (const thrown of [undefined, null, "SELECT digest", { code: "SQLITE_MISUSE" }]) {
      failAfter(1, thrown);
      expectOAuthError(await introspect(api, { token: api.read, audience: "wiki" }), FAULT);
    }
  });

  test("who does not say who it is, is told of none", async () => {
    failAfter(0, new StoreUnavailable("locked"));
    expectOAuthError(
      await introspect(api, { token: api.read, audience: "wiki" }, { token: null }),
      ANONYMOUS,
    );
  });
});

test("a server that is stopping says so in the same form, to anybody and whatever the method", async () => {
  api.isStopping = true;
  for (const token of [null, api.write, basic(api.write), "Bearer x"])
    for (const method of ["POST", "GET"])
      expectOAuthError(await introspect(api, { token: api.read, audience: "wiki" }, { token, method }), {
        status: 503,
        error: "temporarily_unavailable",
        description: "The server is shutting down; try again soon",
        headers: { "retry-after": "5", connection: "close" },
      });
});
