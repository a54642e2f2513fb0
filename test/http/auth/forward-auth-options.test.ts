import { beforeAll, describe, expect, test } from "bun:test";
import { type Answer, type Sent, useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE, mistyped } from "../../support/http/credentials.ts";
import { INSUFFICIENT } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { BASIC_CHALLENGE, basic } from "../../support/http/introspection.ts";
import { loggedRequests } from "../../support/http/logged.ts";
import { words } from "../../support/words.ts";

const UNKNOWN = 'error="invalid_token", error_description="The token is unknown"';

const api = useTestApi({ per: "file" });
let read: string;
let write: string;

beforeAll(async () => {
  read = await api.secret("read", null, ["wiki"]);
  write = await api.secret("write", null, ["wiki"]);
});

async function ask(query: string, sent: Sent = {}): Promise<Answer> {
  return await api.send(`/forward-auth/wiki${query}`, { method: "GET", token: read, ...sent });
}

function expectPassed(answer: Answer, label: string): void {
  expect(answer.status, label).toBe(200);
  expect(answer.headers.get("publisher-token-id"), label).toMatch(/^atok_/);
  expect(answer.headers.get("publisher-access"), label).toMatch(/^(?:read|write)$/);
}

function expectRefused(answer: Answer, challenge: string, label = ""): void {
  expectFailure(answer, "authentication_error", { headers: { "www-authenticate": challenge }, label });
}

/** A client's target, as Envoy appends it: it must never count as options. */
const CLIENT_TARGETS = [
  "",
  ...words`
    / /page?access=write /page&access=write /page?access=read&access=write&scheme=basic&header=x-evil
    &header=x-evil path=path= /a/../b%2f..\c#d ?`,
];

describe("options in their one spelling are understood:", () => {
  test.each([
    ["", "read"],
    ["?", "read"],
    ["?access=read", "read"],
    ["?access=write", "write"],
    ["?scheme=basic", "read"],
    ["?scheme=basic&access=write", "write"],
    ["?access=write&scheme=basic", "write"],
    ["?access=read&scheme=basic", "read"],
  ] as const)("%p needs %s", async (query, needed) => {
    const start = query.length > 1 ? `${query}&` : "?";
    for (const asked of [query, ...CLIENT_TARGETS.map((target) => `${start}path=${target}`)]) {
      const parts = { headers: { "www-authenticate": INSUFFICIENT }, label: asked };
      const answer = await ask(asked);
      if (needed === "read") expectPassed(answer, asked);
      else expectFailure(answer, "authorization_error", parts);
      expectPassed(await ask(asked, { token: write }), asked);
      expect((await ask(asked, { method: "POST" })).status, asked).toBe(403);
    }
    for (const line of loggedRequests(api)) expect(line).not.toHaveProperty("options");
  });
});

const NOT_UNDERSTOOD = [
  ...words`
    access=WRITE access=Write access=READ Access=write Access=read ACCESS=read access=+write access=read+
    access=%20read access=admin access=writes access=reading access=write/page access= access =read = access==read
    access=read= access=%72ead %61ccess=read access=read%26scheme=basic access=write&access=read
    access=read&access=write access=read&access=read scheme=basic&scheme=basic foo=1 access=read&foo=1
    foo=1&path=/page page /page ?access=read & &access=read access=read& access=read&&scheme=basic
    access=read;scheme=basic access=read,scheme=basic &path=/page access=read&&path=/page Path=/page path method=GET
    scheme=Basic scheme=bearer scheme= scheme=basic&header=x-wiki-token header=x-wiki-token&scheme=basic
    header=x-wiki-token&header=x-other-token header= header=X-Wiki-Token header=x_wiki_token header=x-wiki-token:
    header=- header=-x token=x constructor=x __proto__=x`,
  "header=x wiki",
  "header=t\u00f6ken",
  `header=${"x".repeat(65)}`,
  ...words`
    authorization proxy-authorization cookie set-cookie host connection te trailer transfer-encoding upgrade
    http2-settings expect content-length content-type x-forwarded-for x-forwarded-method x-original-method
    x-original-url x-rewrite-url forwarded x-real-ip x-http-method-override x-http-method x-method-override
    publisher-access publisher-token-id accept if-none-match range referer origin user-agent sec-websocket-key
    traceparent x-request-id x-envoy-original-path`.map((name) => `header=${name}`),
];

describe("any other query needs write access and Bearer, and the log has it:", () => {
  test.each(NOT_UNDERSTOOD)("%s", async (query) => {
    const needed = { headers: { "www-authenticate": INSUFFICIENT } };
    expectFailure(await ask(`?${query}`), "authorization_error", needed);
    expectPassed(await ask(`?${query}`, { token: write }), query);
    for (const token of [null, basic(write)])
      expectRefused(await ask(`?${query}`, { token, headers: { "x-wiki-token": write } }), BARE_CHALLENGE);
    const line = expect.objectContaining({ options: "not understood", path: "/forward-auth/wiki" });
    expect(loggedRequests(api)).toEqual([line, line, line, line]);
  });
});

describe("with scheme=basic", () => {
  const QUERY = "?scheme=basic";
  /** Chromium reads the first challenge of a header alone. */
  const BOTH = `${BASIC_CHALLENGE}, ${BARE_CHALLENGE}`;

  test("the token may be Basic's password for any user, or Bearer", async () => {
    for (const user of ["", "x", "git", "https://foo.bar/R", "a:b:", "\u00fc", "sk_live_"]) {
      expectPassed(await ask(QUERY, { token: basic(read, user) }), user);
      expectFailure(await ask(QUERY, { token: basic(read, user), method: "POST" }), "authorization_error");
    }
    expectPassed(await ask(QUERY, { token: basic(read.replaceAll("_", "%5F")) }), "percent-encoded");
    expectPassed(await ask(QUERY, { token: basic(read).replace("Basic", "BASIC") }), "in upper case");
    expectPassed(await ask(QUERY), "bearer");
  });

  test("a 401 always asks for either", async () => {
    expectRefused(await ask(QUERY, { token: null }), BOTH, "nothing");
    expectRefused(await ask(QUERY, { token: "Digest x" }), BOTH, "another scheme");
    expect(loggedRequests(api)).toMatchObject([{ authentication: "missing" }, { authentication: "missing" }]);
    const wrong = mistyped(read);
    expectRefused(await ask(QUERY, { token: wrong }), `${BOTH}, ${UNKNOWN}`, "bearer");
    for (const token of [
      basic(wrong),
      basic(""),
      basic(read, read),
      basic("", read),
      `Basic ${btoa(read)}`,
      `${basic(read)}, ${basic(read)}`,
      `${basic(read)}, Bearer ${read}`,
    ])
      expectRefused(await ask(QUERY, { token }), BOTH, token);
    expect(loggedRequests(api).slice(2)).toHaveLength(8);
    for (const line of loggedRequests(api).slice(2))
      expect(line).toMatchObject({ authentication: "malformed" });
  });
});

test("without scheme=basic no password is read", async () => {
  for (const query of ["", "?access=read", "?path=?scheme=basic", "?path=&scheme=basic"])
    expectRefused(await ask(query, { token: basic(read) }), BARE_CHALLENGE, query);
});

describe("with header=x-wiki-token", () => {
  const QUERY = "?header=x-wiki-token";
  const CHALLENGE = 'Header realm="publisher", name="x-wiki-token"';
  const own = (secret: string) => ({ "x-wiki-token": secret });

  test("the token comes there alone, and Authorization is the service's", async () => {
    const needed = { "www-authenticate": `${CHALLENGE}, error="insufficient_scope", scope="write"` };
    const services = ["Bearer of-the-service", basic("of-the-service"), "Digest x", "Bearer sk_live_x"];
    for (const token of [null, ...services]) {
      expectPassed(await ask(QUERY, { token, headers: own(read) }), String(token));
      const writing = await ask(QUERY, { token, headers: own(read), method: "POST" });
      expectFailure(writing, "authorization_error", { headers: needed });
      expectPassed(await ask(`${QUERY}&access=write`, { token, headers: own(write) }), String(token));
    }
  });

  test("a token in Authorization or another header does not count", async () => {
    for (const sent of [
      { token: null },
      { token: read },
      { token: basic(read) },
      { token: null, headers: own("") },
      { token: null, headers: { "x-wiki-tokens": read, "x-token": read } },
      { token: null, headers: { "proxy-authorization": `Bearer ${read}` } },
    ])
      expectRefused(await ask(QUERY, sent), CHALLENGE, JSON.stringify(sent));
    for (const line of loggedRequests(api)) expect(line).toMatchObject({ authentication: "missing" });
  });

  test("a value that is not one secret alone is refused", async () => {
    const values = [
      `Bearer ${read}`,
      `${read}, ${read}`,
      `${read},`,
      `"${read}"`,
      basic(read),
      mistyped(read),
    ];
    for (const value of [...values, "x"]) {
      const answer = await ask(QUERY, { token: null, headers: own(value) });
      expectRefused(answer, `${CHALLENGE}, ${UNKNOWN}`, value);
    }
    for (const line of loggedRequests(api)) expect(line).toMatchObject({ authentication: "malformed" });
  });

  test("two tokens at once are refused, wherever Authorization has the second", async () => {
    for (const token of [
      read,
      write,
      api.write,
      `bearer  ${write}`,
      basic(write),
      basic(write.replaceAll("_", "%5F")),
      basic("", write),
      `Token ${write}`,
      `Bearer x, Bearer ${write}`,
      `${basic(write)},x`,
      `${basic("x")}, ${basic(write)}`,
      ` ${write}`,
    ])
      expectRefused(await ask(QUERY, { token, headers: own(read) }), `${CHALLENGE}, ${UNKNOWN}`, token);
    for (const line of loggedRequests(api))
      expect(line).toMatchObject({ authentication: "malformed", token_id: null });
  });

  test("any name without a meaning of its own will do", async () => {
    const names = words`a 0 private-token x-api-key apikey hosts x-hostess`;
    for (const name of [...names, "x".repeat(64)])
      expectPassed(await ask(`?header=${name}`, { token: null, headers: { [name]: read } }), name);
  });

  test("the path of the client names no header", async () => {
    const sent = { token: null, headers: own(read) };
    expectRefused(await ask("?path=/&header=x-wiki-token", sent), BARE_CHALLENGE);
    const both = "?header=x-wiki-token&path=/&header=x-other";
    expectPassed(await ask(both, sent), both);
  });
});

test("a token in the query or the body does not count", async () => {
  const sent = { token: null, method: "POST", body: { token: write } };
  for (const query of ["", `?token=${read}`, `?access_token=${read}`, `?path=/&token=${read}`])
    expectRefused(await ask(query, sent), BARE_CHALLENGE, query);
  expect(api.logLines.join()).not.toContain(read);
});
