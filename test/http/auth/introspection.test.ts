import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { useTestApi } from "../../support/http/api.ts";
import { mistyped } from "../../support/http/credentials.ts";
import { basic, introspect } from "../../support/http/introspection.ts";
import { outcomeOf } from "../../support/store/store.ts";
import { words } from "../../support/words.ts";

/** The clock of a test stands still at this second. */
const NOW = Date.parse("2026-06-01T12:00:00Z") / 1000;
const INACTIVE = '{"active":false}';

const api = useTestApi();

async function idOf(secret: string): Promise<string> {
  return (await api.call("api-token/current", {}, secret)).json.id;
}

/** Returns the text of a 200. */
async function introspected(
  form: Readonly<Record<string, string>> | string,
  token = api.read,
): Promise<string> {
  const { status, headers, text } = await introspect(api, form, { token });
  expect(status, text).toBe(200);
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("cache-control")).toBe("no-store");
  return text;
}

describe("the answer about a good token, byte for byte:", () => {
  test.each([
    ["one that reads", "read", null, ["wiki"], "read", '["wiki"]'],
    ["one that writes and expires", "write", NOW + 60, ["wiki"], "read write", '["wiki"]'],
    ["one for several services", "write", NOW + 1, ["wiki", "0", "a-b"], "read write", '["wiki","0","a-b"]'],
  ] as const)("%s", async (_, access, expiresAt, audiences, scope, aud) => {
    const token = await api.secret(access, expiresAt, audiences);
    const id = await idOf(token);
    const exp = expiresAt === null ? "" : `"exp":${expiresAt},`;
    for (const audience of audiences)
      expect(await introspected({ token, audience })).toBe(
        `{"active":true,"scope":"${scope}","client_id":"${id}","sub":"${id}","aud":${aud},"iat":${NOW},${exp}"token_type":"Bearer"}`,
      );
  });

  test("one that was replaced, until its overlap ends", async () => {
    const secret = await api.secret("read", null, ["wiki"]);
    const id = await idOf(secret);
    const rotated = await api.call("api-token/rotate", { id, overlap_seconds: 60 });
    const about = async (token: string) => JSON.parse(await introspected({ token, audience: "wiki" }));
    expect(await about(secret)).toMatchObject({ sub: id, exp: NOW + 60 });
    expect(await about(rotated.json.token)).toMatchObject({ sub: rotated.json.id });
    api.nowMs = (NOW + 60) * 1000 - 1;
    expect(await about(secret)).toMatchObject({ active: true });
    api.nowMs += 1;
    expect(await about(secret)).toEqual({ active: false });
  });
});

describe("the answer about any other token is the same:", () => {
  test("of a text that is no secret", async () => {
    const good = await api.secret("write", null, ["wiki"]);
    for (const token of [
      ...words`x sk_live_ __proto__`,
      ...[
        good.slice(0, -1),
        `${good}0`,
        `${good} `,
        ` ${good}`,
        `${good}\n`,
        `Bearer ${good}`,
        mistyped(good),
      ],
      good.replace("sk_live_", "sk_test_"),
      makeSecret(randomBytes),
      "\u0000",
      "é🙂",
      "a".repeat(60_000),
    ])
      expect(await introspected({ token, audience: "wiki" }), token.slice(0, 80)).toBe(INACTIVE);
  });

  test("of one that has ended", async () => {
    const expired = await api.secret("write", NOW + 1, ["wiki"]);
    const revoked = await api.secret("write", NOW + 1, ["wiki"]);
    const service = await api.secret("write", null, ["wiki"]);
    for (const secret of [revoked, service])
      outcomeOf(await api.tokens.revoke(await idOf(secret), COMMAND_LINE));
    api.nowMs += 1000;
    for (const token of [expired, revoked, service])
      expect(await introspected({ token, audience: "wiki" })).toBe(INACTIVE);
  });

  test("of one for another service", async () => {
    const wiki = await api.secret("write", null, ["wiki", "shop"]);
    for (const form of [
      { token: wiki, audience: "wik" },
      { token: wiki, audience: "wiki-2" },
      { token: api.write, audience: "wiki" },
      { token: api.write, audience: "publisher" },
    ])
      expect(await introspected(form), JSON.stringify(form)).toBe(INACTIVE);
  });
});

/** Adds the parameter `audience` unless `form` has it. */
async function wikiForm(form: (token: string) => string): Promise<string> {
  const written = form(await api.secret("write", null, ["wiki"]));
  return written.includes("audience") ? written : `audience=wiki&${written}`;
}

describe("the form may be written in every way that forms are:", () => {
  const FORMS: readonly (readonly [name: string, form: (token: string) => string])[] = [
    ["plainly", (token) => `token=${token}`],
    ["with a hint", (token) => `token=${token}&token_type_hint=refresh_token`],
    ["with a hint that says nothing", (token) => `token_type_hint=&token=${token}`],
    ["with the audience once without a value", (token) => `audience=&token=${token}&audience=wiki&audience`],
    ["with an encoded audience", (token) => `token=${token}&audience=wik%69`],
    ["with the token once without a value", (token) => `token=&token=${token}&token`],
    ["percent-encoded", (token) => `token=${token.replaceAll("_", "%5f").replace("s", "%73")}`],
    ["with an encoded name", (token) => `%74oken=${token}`],
    ["with empty pieces", (token) => `&&token=${token}&`],
    ["with parameters that nobody knows", (token) => `client_id=x&a=1&a=2&token=${token}&%E2%98%83=+&=&==x`],
    ["with names that every object has", (token) => `__proto__=x&constructor=y&toString=z&token=${token}`],
    ["with a mark of its encoding", (token) => `\ufefftoken=${token}&audience=wiki`],
    ["as large as it may be", (token) => `token=${token}&audience=wiki&x=`.padEnd(65_536, "y")],
  ];
  test.each(FORMS)("%s", async (_, form) => {
    expect(JSON.parse(await introspected(await wikiForm(form)))).toMatchObject({ active: true });
  });

  test.each([
    "application/x-www-form-urlencoded; charset=UTF-8",
    "APPLICATION/X-WWW-FORM-URLENCODED",
    'application/x-www-form-urlencoded ;charset="utf-8"',
  ])("as %s", async (type) => {
    const form = await wikiForm((token) => `token=${token}`);
    expect((await introspect(api, form, { headers: { "content-type": type } })).json.active).toBe(true);
  });
});

describe("the caller may use Basic with its secret as the password:", () => {
  const HEADERS: readonly (readonly [name: string, header: (secret: string) => string])[] = [
    ["with any user", (secret) => basic(secret)],
    ["without a user", (secret) => basic(secret, "")],
    ["with the user that the token's id is", (secret) => basic(secret, "atok_0")],
    ["with a user of other letters", (secret) => basic(secret, "é🙂")],
    ["with a user in another encoding", (secret) => basic(secret, "\u00e9\u00ff", "latin1")],
    ["percent-encoded", (secret) => basic(secret.replaceAll("_", "%5F"), "a%3Ab%20c")],
    ["with a user that is no encoding", (secret) => basic(secret, "100%")],
    ["with a URL for a user", (secret) => basic(secret, "https://foo.bar/R")],
    ["with a user of colons", (secret) => basic(secret, ":a::")],
    ["in lower case", (secret) => basic(secret).replace("Basic", "basic")],
    ["in capitals", (secret) => basic(secret).replace("Basic", "BASIC")],
    ["with more spaces", (secret) => basic(secret).replace(" ", "   ")],
    ["without padding", (secret) => basic(secret, "ab").replace(/=+$/, "")],
  ];
  test.each(HEADERS)("%s", async (_, header) => {
    for (const secret of [api.read, api.write]) {
      const form = await wikiForm((shown) => `token=${shown}`);
      expect(JSON.parse(await introspected(form, header(secret)))).toMatchObject({ active: true });
    }
  });
});
