import { beforeEach, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { ENDPOINTS } from "../../support/http/endpoints.ts";
import { expectFailure, expectIssues } from "../../support/http/failures.ts";
import { basic, expectOAuthError, introspect } from "../../support/http/introspection.ts";

const FOR_OTHERS = `${BARE_CHALLENGE}, error="insufficient_scope", error_description="The token is for other services"`;
const FORBIDDEN = { headers: { "www-authenticate": FOR_OTHERS } };

const api = useTestApi();
/** Secrets of tokens that verify: for the wiki alone, and for the wiki and the shop. */
let wikiVerifier: string;
let bothVerifier: string;
/** Secrets of tokens that are verified. */
let wiki: string;
let shop: string;
let git: string;

beforeEach(async () => {
  wikiVerifier = await verifier(["wiki"]);
  bothVerifier = await verifier(["wiki", "shop"]);
  wiki = await api.secret("write", null, ["wiki"]);
  shop = await api.secret("read", null, ["shop"]);
  git = await api.secret("read", null, ["git"]);
});

async function verifier(audiences: readonly string[]): Promise<string> {
  const answer = await api.call("api-token/create", { access: "read", audiences, verifies: true });
  expect(answer.status).toBe(200);
  expect(answer.json.verifies).toBe(true);
  return answer.json.token;
}

describe("a token that verifies is created", () => {
  test("and says so wherever it is shown, while other tokens do not", async () => {
    const current = (await api.call("api-token/current", {}, wikiVerifier)).json;
    expect(current).toMatchObject({ access: "read", audiences: ["wiki"], verifies: true });
    expect((await api.call("api-token/get", { id: current.id })).json.verifies).toBe(true);
    const verifies = [{ key: "verifies", exists: true }];
    const listed = (await api.call("api-token/list", { filters: verifies })).json.data;
    expect(listed.map(({ audiences }: { audiences: string[] }) => audiences)).toEqual([
      ["wiki", "shop"],
      ["wiki"],
    ]);
    for (const secret of [api.write, wiki])
      expect((await api.call("api-token/current", {}, secret)).json).not.toHaveProperty("verifies");
    const plain = await api.call("api-token/create", { access: "read", verifies: false });
    expect(plain.json).not.toHaveProperty("verifies");
    const [event] = (await api.call("audit-event/list", { filters: [{ key: "target", eq: current.id }] }))
      .json.data;
    expect(event.changes.verifies).toBe(true);
  });

  test("only with audiences, to read, and by true or false", async () => {
    const refused = async (body: object, issues: readonly { path: string; message: string }[]) =>
      expectIssues(await api.call("api-token/create", { verifies: true, ...body }), issues);
    const needed = {
      path: "audiences",
      message: "must name the audiences that the token verifies tokens for",
    };
    await refused({ access: "read" }, [needed]);
    await refused({ access: "read", audiences: null }, [needed]);
    await refused({ access: "write", audiences: ["wiki"] }, [
      { path: "access", message: 'must be "read" for a token that verifies' },
    ]);
    for (const verifies of ["true", 1, null, {}])
      await refused({ access: "read", audiences: ["wiki"], verifies }, [
        { path: "verifies", message: "must be true or false" },
      ]);
  });

  test("and hands this on to its successor, which nothing changes", async () => {
    const { id } = (await api.call("api-token/current", {}, wikiVerifier)).json;
    const rotated = (await api.call("api-token/rotate", { id, overlap_seconds: 0 })).json;
    expect(rotated.verifies).toBe(true);
    const answer = await api.call("api-token/verify", { token: wiki }, rotated.token);
    expect(answer.json).toMatchObject({ valid: true });
    const change = { id: rotated.id, verifies: false };
    expectIssues(await api.call("api-token/update", change), [
      { path: "verifies", message: "is not a known parameter" },
    ]);
  });
});

describe("a token that verifies may", () => {
  test("verify tokens for its own audiences, and need not name its only one", async () => {
    const verify = async (body: object, secret: string) =>
      (await api.call("api-token/verify", body, secret)).json;
    for (const audience of [undefined, null, "wiki"])
      expect(await verify({ token: wiki, audience }, wikiVerifier)).toMatchObject({
        valid: true,
        api_token: { audiences: ["wiki"], created_by: null },
      });
    expect(await verify({ token: wiki, audience: "shop" }, bothVerifier)).toMatchObject({
      valid: false,
      reason: "wrong_audience",
      api_token: { audiences: ["wiki"] },
    });
    expect(await verify({ token: shop, audience: "shop", access: "write" }, bothVerifier)).toMatchObject({
      reason: "insufficient_access",
    });
    expect(await verify({ token: "sk_live_" }, wikiVerifier)).toMatchObject({ reason: "malformed" });
  });

  test("introspect tokens for its own audiences, and need not name its only one", async () => {
    for (const form of [{ token: wiki }, { token: wiki, audience: "wiki" }, { token: wiki, audience: "" }])
      for (const token of [basic(wikiVerifier), wikiVerifier])
        expect((await introspect(api, form, { token })).json).toMatchObject({ active: true, aud: ["wiki"] });
    expect((await introspect(api, { token: git }, { token: wikiVerifier })).json).toEqual({ active: false });
    expect((await introspect(api, { token: api.write }, { token: wikiVerifier })).json).toEqual({
      active: false,
    });
  });

  test("see itself and revoke itself", async () => {
    const { id, created_by } = (await api.call("api-token/current", {}, wikiVerifier)).json;
    expect(created_by).toBeNull();
    expect((await api.call("api-token/revoke", { id }, wikiVerifier)).json).toMatchObject({
      status: "revoked",
      created_by: null,
    });
  });

  test("do nothing else", async () => {
    const own = ["api-token/verify", "api-token/current"];
    for (const { path, body } of ENDPOINTS.filter(({ path }) => !own.includes(path)))
      expectFailure(await api.call(path, body, wikiVerifier), "authorization_error", {
        ...FORBIDDEN,
        label: path,
      });
  });
});

describe("a token that verifies must", () => {
  test("name the audience where it has several", async () => {
    const message = "is required: this token verifies tokens for several audiences";
    expectIssues(await api.call("api-token/verify", { token: wiki }, bothVerifier), [
      { path: "audience", message },
    ]);
    expectOAuthError(await introspect(api, { token: wiki }, { token: basic(bothVerifier) }), {
      status: 400,
      error: "invalid_request",
      description: `audience ${message}`,
    });
  });

  test("not name another", async () => {
    const asked = { token: git, audience: "git" };
    expectFailure(await api.call("api-token/verify", asked, wikiVerifier), "authorization_error", FORBIDDEN);
    const refused = {
      status: 403,
      error: "insufficient_scope",
      description: "The token is for other services",
    };
    expectOAuthError(await introspect(api, asked, { token: basic(wikiVerifier) }), refused);
    expectOAuthError(await introspect(api, asked, { token: wikiVerifier }), { ...refused, ...FORBIDDEN });
  });
});

describe("a token that verifies learns nothing of tokens for others:", () => {
  test("neither whose they are nor how they ended", async () => {
    const revoked = await api.secret("write");
    await api.call("api-token/revoke", { id: (await api.call("api-token/current", {}, revoked)).json.id });
    for (const token of [git, api.write, revoked])
      expect((await api.call("api-token/verify", { token }, wikiVerifier)).json).toEqual({
        valid: false,
        reason: "wrong_audience",
        api_token: null,
      });
  });

  test("nor does its own secret open the service", async () => {
    const verified = await api.call("api-token/verify", { token: wikiVerifier }, wikiVerifier);
    expect(verified.json).toMatchObject({ valid: false, reason: "wrong_audience" });
    const introspected = await introspect(api, { token: bothVerifier }, { token: wikiVerifier });
    expect(introspected.json).toEqual({ active: false });
    const asked = await api.send("/forward-auth/wiki", { method: "GET", token: wikiVerifier });
    expect(asked.status).toBe(403);
  });
});

test("a token for a service is not told who created it", async () => {
  const body = { access: "read", audiences: ["wiki"] };
  const created = (await api.call("api-token/create", body)).json;
  const creator = (await api.call("api-token/current")).json.id;
  expect((await api.call("api-token/get", { id: created.id })).json.created_by).toBe(creator);
  expect((await api.call("api-token/current", {}, created.token)).json.created_by).toBeNull();
  const revoked = await api.call("api-token/revoke", { id: created.id }, created.token);
  expect(revoked.json.created_by).toBeNull();
  const verified = await api.call("api-token/verify", { token: created.token }, wikiVerifier);
  expect(verified.json.api_token.created_by).toBeNull();
});

test("introspection asks every other caller for the audience", async () => {
  for (const token of [api.read, basic(api.write)])
    expectOAuthError(await introspect(api, { token: wiki }, { token }), {
      status: 400,
      error: "invalid_request",
      description: "audience is required",
    });
});
