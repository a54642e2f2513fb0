import { describe, expect, test } from "bun:test";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { type Answer, useTestApi } from "../../support/http/api.ts";
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

async function asking(token: string | null = api.write, method = "POST"): Promise<Answer> {
  return await introspect(api, { token: api.read, audience: "wiki" }, { token, method });
}

/** Makes the store fail after so many look-ups. */
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
      const answer = await asking(basic(api.write));
      expectOAuthError(answer, FAULT);
      expect(loggedFaults(api)).toMatchObject([{ trace_id: answer.headers.get("trace-id") }]);
      expect(JSON.stringify(loggedFaults(api))).toContain("boom");
      expect(api.logLines.join()).not.toContain("sk_live_");
    });

    test(`${name}, where the store cannot be used now`, async () => {
      failAfter(lookUps, new StoreUnavailable("the disk is full"));
      expectOAuthError(await asking(), UNAVAILABLE);
      expect(JSON.stringify(loggedFaults(api))).toContain("the disk is full");
    });
  }

  test("the thrown value need be no Error", async () => {
    for (const thrown of [undefined, null, "SELECT digest", { code: "SQLITE_MISUSE" }]) {
      failAfter(1, thrown);
      expectOAuthError(await asking(), FAULT);
    }
  });

  test("an anonymous caller gets its usual 401", async () => {
    failAfter(0, new StoreUnavailable("locked"));
    expectOAuthError(await asking(null), ANONYMOUS);
  });
});

test("a server that is stopping says so in the same form, to everybody and by every method", async () => {
  api.isStopping = true;
  for (const token of [null, api.write, basic(api.write), "Bearer x"])
    for (const method of ["POST", "GET"])
      expectOAuthError(await asking(token, method), {
        status: 503,
        error: "temporarily_unavailable",
        description: "The server is shutting down; try again soon",
        headers: { "retry-after": "5", connection: "close" },
      });
});
