import { beforeEach, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { ENDPOINTS } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { basic, expectOAuthError, introspect } from "../../support/http/introspection.ts";
import { BULK_VERIFY, VERIFY, verify } from "../../support/http/verification.ts";
import { each, type RefusedBody, testRefusals, UNKNOWN } from "./refused-bodies.ts";

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
  const { json } = await api.call("api-token/create", { access: "read", audiences, verifies: true });
  expect(json.verifies).toBe(true);
  return json.token;
}

async function current(secret: string) {
  return (await api.call("api-token/current", {}, secret)).json;
}

test("every answer about a token that verifies says so, and about no other token", async () => {
  const { id, ...own } = await current(wikiVerifier);
  expect(own).toMatchObject({ access: "read", audiences: ["wiki"], verifies: true });
  expect((await api.call("api-token/get", { id })).json.verifies).toBe(true);
  const filters = [{ key: "verifies", exists: true }];
  const listed = (await api.call("api-token/list", { filters })).json.data;
  const audiences = listed.map(({ audiences }: { audiences: string[] }) => audiences.join());
  expect(audiences).toEqual(["wiki,shop", "wiki"]);
  for (const secret of [api.write, wiki]) expect(await current(secret)).not.toHaveProperty("verifies");
  const plain = await api.call("api-token/create", { access: "read", verifies: false });
  expect(plain.json).not.toHaveProperty("verifies");
  const ofToken = { filters: [{ key: "target", eq: id }] };
  const [event] = (await api.call("audit-event/list", ofToken)).json.data;
  expect(event.changes.verifies).toBe(true);
});

const WITHOUT_NAMES: RefusedBody[1] = [
  "audiences",
  "must name the audiences that the token verifies tokens for",
];

testRefusals(api, "api-token/create", [
  [{ access: "read", verifies: true }, WITHOUT_NAMES],
  [{ access: "read", verifies: true, audiences: null }, WITHOUT_NAMES],
  [
    { access: "write", verifies: true, audiences: ["wiki"] },
    ["access", 'must be "read" for a token that verifies'],
  ],
  ...each(["true", 1, null, {}], (verifies) => ({ access: "read", audiences: ["wiki"], verifies }), [
    "verifies",
    "must be true or false",
  ]),
]);
testRefusals(api, "api-token/update", [[{ id: "atok_0", verifies: false }, ["verifies", UNKNOWN]]]);

test("the successor of a token that verifies does so too", async () => {
  const { id } = await current(wikiVerifier);
  const rotated = (await api.call("api-token/rotate", { id, overlap_seconds: 0 })).json;
  expect(rotated.verifies).toBe(true);
  expect((await verify(api, { token: wiki }, rotated.token)).json).toMatchObject({ valid: true });
});

test("a token that verifies may verify tokens for its audiences, and need not name its only one", async () => {
  const valid = { valid: true, api_token: { audiences: ["wiki"], created_by: null } };
  for (const audience of [undefined, null, "wiki"])
    expect((await verify(api, { token: wiki, audience }, wikiVerifier)).json).toMatchObject(valid);
  const other = { valid: false, reason: "wrong_audience", api_token: { audiences: ["wiki"] } };
  expect((await verify(api, { token: wiki, audience: "shop" }, bothVerifier)).json).toMatchObject(other);
  const writing = await verify(api, { token: shop, audience: "shop", access: "write" }, bothVerifier);
  expect(writing.json.reason).toBe("insufficient_access");
  expect((await verify(api, { token: "sk_live_" }, wikiVerifier)).json.reason).toBe("malformed");
});

test("a token that verifies may introspect tokens for its audiences, and need not name its only one", async () => {
  for (const form of [{ token: wiki }, { token: wiki, audience: "wiki" }, { token: wiki, audience: "" }])
    for (const token of [basic(wikiVerifier), wikiVerifier])
      expect((await introspect(api, form, { token })).json).toMatchObject({ active: true, aud: ["wiki"] });
  for (const token of [git, api.write])
    expect((await introspect(api, { token }, { token: wikiVerifier })).json).toEqual({ active: false });
});

test("a token that verifies may see and revoke itself, and do nothing else", async () => {
  const own = [VERIFY, BULK_VERIFY, "api-token/current"];
  for (const { path, body } of ENDPOINTS.filter(({ path }) => !own.includes(path)))
    expectFailure(await api.call(path, body, wikiVerifier), "authorization_error", {
      ...FORBIDDEN,
      label: path,
    });
  const { id, created_by } = await current(wikiVerifier);
  expect(created_by).toBeNull();
  const revoked = await api.call("api-token/revoke", { id }, wikiVerifier);
  expect(revoked.json).toMatchObject({ status: "revoked", created_by: null });
});

test("a token that verifies for several audiences must name one, and any other caller too", async () => {
  const message = "is required: this token verifies tokens for several audiences";
  const answer = await verify(api, { token: wiki }, bothVerifier);
  expectFailure(answer, "bad_request", { data: { issues: [{ path: "audience", message }] } });
  for (const [token, description] of [
    [basic(bothVerifier), `audience ${message}`],
    [api.read, "audience is required"],
    [basic(api.write), "audience is required"],
  ] as const) {
    const expected = { status: 400, error: "invalid_request", description };
    expectOAuthError(await introspect(api, { token: wiki }, { token }), expected);
  }
});

test("a token that verifies must not name another audience", async () => {
  const asked = { token: git, audience: "git" };
  expectFailure(await verify(api, asked, wikiVerifier), "authorization_error", FORBIDDEN);
  const description = "The token is for other services";
  const refused = { status: 403, error: "insufficient_scope", description };
  expectOAuthError(await introspect(api, asked, { token: basic(wikiVerifier) }), refused);
  expectOAuthError(await introspect(api, asked, { token: wikiVerifier }), { ...refused, ...FORBIDDEN });
});

test("a token that verifies learns nothing of tokens for others, and opens no service itself", async () => {
  const revoked = await api.secret("write");
  await api.call("api-token/revoke", { id: (await current(revoked)).id });
  const wrong = { valid: false, reason: "wrong_audience" };
  for (const token of [git, api.write, revoked])
    expect((await verify(api, { token }, wikiVerifier)).json).toEqual({ ...wrong, api_token: null });
  expect((await verify(api, { token: wikiVerifier }, wikiVerifier)).json).toMatchObject(wrong);
  const introspected = await introspect(api, { token: bothVerifier }, { token: wikiVerifier });
  expect(introspected.json).toEqual({ active: false });
  const asked = await api.send("/forward-auth/wiki", { method: "GET", token: wikiVerifier });
  expect(asked.status).toBe(403);
});

test("a token for a service does not learn who created it", async () => {
  const { id, token } = (await api.call("api-token/create", { access: "read", audiences: ["wiki"] })).json;
  const creator = (await current(api.write)).id;
  expect((await api.call("api-token/get", { id })).json.created_by).toBe(creator);
  expect((await current(token)).created_by).toBeNull();
  expect((await verify(api, { token }, wikiVerifier)).json.api_token.created_by).toBeNull();
  expect((await api.call("api-token/revoke", { id }, token)).json.created_by).toBeNull();
});
