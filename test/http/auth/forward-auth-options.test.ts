import { beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type Answer, type Sent, useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE, mistyped } from "../../support/http/credentials.ts";
import { INSUFFICIENT } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { BASIC_CHALLENGE, basic } from "../../support/http/introspection.ts";
import { loggedRequests } from "../../support/http/logged.ts";

const UNKNOWN = 'error="invalid_token", error_description="The token is unknown"';

const api = useTestApi({ per: "file" });
let read: string;
let write: string;

beforeAll(async () => {
  read = await api.secret("read", null, ["wiki"]);
  write = await api.secret("write", null, ["wiki"]);
});

beforeEach(() => {
  api.logLines.length = 0;
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
  "/",
  "/page?access=write",
  "/page&access=write",
  "/page?access=read&access=write&scheme=basic&header=x-evil",
  "&header=x-evil",
  "path=path=",
  "/a/../b%2f..\\c#d",
  "?",
];

describe("options in their one spelling are understood:", () => {
  for (const [query, needed] of [
    ["", "read"],
    ["?", "read"],
    ["?access=read", "read"],
    ["?access=write", "write"],
    ["?scheme=basic", "read"],
    ["?scheme=basic&access=write", "write"],
    ["?access=write&scheme=basic", "write"],
    ["?access=read&scheme=basic", "read"],
  ] as const) {
    test(query || "none", async () => {
      for (const target of [null, ...CLIENT_TARGETS]) {
        const start = query.length > 1 ? `${query}&` : "?";
        const asked = target === null ? query : `${start}path=${target}`;
        const answer = await ask(asked);
        if (needed === "read") expectPassed(answer, asked);
        else
          expectFailure(answer, "authorization_error", {
            headers: { "www-authenticate": INSUFFICIENT },
            label: asked,
          });
        expectPassed(await ask(asked, { token: write }), asked);
        expect((await ask(asked, { method: "POST" })).status, asked).toBe(403);
        for (const line of loggedRequests(api)) expect(line).not.toHaveProperty("options");
      }
    });
  }
});

const NOT_UNDERSTOOD = [
  "access=WRITE",
  "access=Write",
  "access=READ",
  "Access=write",
  "Access=read",
  "ACCESS=read",
  "access=+write",
  "access=read+",
  "access=%20read",
  "access=admin",
  "access=writes",
  "access=reading",
  "access=write/page",
  "access=",
  "access",
  "=read",
  "=",
  "access==read",
  "access=read=",
  "access=%72ead",
  "%61ccess=read",
  "access=read%26scheme=basic",
  "access=write&access=read",
  "access=read&access=write",
  "access=read&access=read",
  "scheme=basic&scheme=basic",
  "foo=1",
  "access=read&foo=1",
  "foo=1&path=/page",
  "page",
  "/page",
  "?access=read",
  "&",
  "&access=read",
  "access=read&",
  "access=read&&scheme=basic",
  "access=read;scheme=basic",
  "access=read,scheme=basic",
  "&path=/page",
  "access=read&&path=/page",
  "Path=/page",
  "path",
  "method=GET",
  "scheme=Basic",
  "scheme=bearer",
  "scheme=",
  "scheme=basic&header=x-wiki-token",
  "header=x-wiki-token&scheme=basic",
  "header=x-wiki-token&header=x-other-token",
  "header=",
  "header=X-Wiki-Token",
  "header=x_wiki_token",
  "header=x wiki",
  "header=x-wiki-token:",
  "header=-",
  "header=-x",
  "header=t\u00f6ken",
  `header=${"x".repeat(65)}`,
  "token=x",
  "constructor=x",
  "__proto__=x",
  ...[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "host",
    "connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
    "expect",
    "content-length",
    "content-type",
    "x-forwarded-for",
    "x-forwarded-method",
    "x-original-method",
    "x-original-url",
    "x-rewrite-url",
    "forwarded",
    "x-real-ip",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "publisher-access",
    "publisher-token-id",
    "accept",
    "if-none-match",
    "range",
    "referer",
    "origin",
    "user-agent",
    "sec-websocket-key",
    "traceparent",
    "x-request-id",
    "x-envoy-original-path",
  ].map((name) => `header=${name}`),
];

describe("any other query asks for write, takes Bearer alone and is told of in the log:", () => {
  for (const query of NOT_UNDERSTOOD) {
    test(query, async () => {
      expectFailure(await ask(`?${query}`), "authorization_error", {
        headers: { "www-authenticate": INSUFFICIENT },
      });
      expectPassed(await ask(`?${query}`, { token: write }), query);
      const headers = { "x-wiki-token": write };
      for (const token of [null, basic(write)])
        expectRefused(await ask(`?${query}`, { token, headers }), BARE_CHALLENGE);
      const lines = loggedRequests(api);
      expect(lines).toHaveLength(4);
      for (const line of lines)
        expect(line).toMatchObject({ options: "not understood", path: "/forward-auth/wiki" });
    });
  }
});

describe("with scheme=basic", () => {
  const QUERY = "?scheme=basic";
  /** Chromium reads the first challenge of a header alone. */
  const BOTH = `${BASIC_CHALLENGE}, ${BARE_CHALLENGE}`;

  test("the token may be Basic's password, whoever the user", async () => {
    for (const user of ["", "x", "git", "https://foo.bar/R", "a:b:", "\u00fc", "sk_live_"]) {
      expectPassed(await ask(QUERY, { token: basic(read, user) }), user);
      expectFailure(await ask(QUERY, { token: basic(read, user), method: "POST" }), "authorization_error");
    }
    expectPassed(await ask(QUERY, { token: basic(read.replaceAll("_", "%5F")) }), "percent-encoded");
    expectPassed(await ask(QUERY, { token: basic(read).replace("Basic", "BASIC") }), "in upper case");
  });

  test("Bearer goes on", async () => {
    expectPassed(await ask(QUERY), "bearer");
  });

  test("a 401 asks for either, whatever was tried", async () => {
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
    for (const token of [
      null,
      "Bearer of-the-service",
      basic("of-the-service"),
      "Digest x",
      "Bearer sk_live_x",
    ]) {
      expectPassed(await ask(QUERY, { token, headers: own(read) }), String(token));
      expectFailure(await ask(QUERY, { token, headers: own(read), method: "POST" }), "authorization_error", {
        headers: { "www-authenticate": `${CHALLENGE}, error="insufficient_scope", scope="write"` },
      });
      expectPassed(await ask(`${QUERY}&access=write`, { token, headers: own(write) }), String(token));
    }
  });

  test("what comes in Authorization or another header is no token", async () => {
    for (const sent of [
      { token: null },
      { token: read },
      { token: basic(read) },
      { token: null, headers: own("") },
      {
        token: null,
        headers: { "x-wiki-tokens": read, "x-token": read, "proxy-authorization": `Bearer ${read}` },
      },
    ])
      expectRefused(await ask(QUERY, sent), CHALLENGE, JSON.stringify(sent));
    for (const line of loggedRequests(api)) expect(line).toMatchObject({ authentication: "missing" });
  });

  test("what is not one secret alone is refused", async () => {
    for (const value of [
      `Bearer ${read}`,
      `${read}, ${read}`,
      `${read},`,
      `"${read}"`,
      basic(read),
      mistyped(read),
      "x",
    ])
      expectRefused(
        await ask(QUERY, { token: null, headers: own(value) }),
        `${CHALLENGE}, ${UNKNOWN}`,
        value,
      );
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
    for (const name of [
      "a",
      "0",
      "private-token",
      "x-api-key",
      "apikey",
      "x".repeat(64),
      "hosts",
      "x-hostess",
    ])
      expectPassed(await ask(`?header=${name}`, { token: null, headers: { [name]: read } }), name);
  });

  test("the path of the client names no header", async () => {
    expectRefused(
      await ask("?path=/&header=x-wiki-token", { token: null, headers: own(read) }),
      BARE_CHALLENGE,
    );
    const both = "?header=x-wiki-token&path=/&header=x-other";
    expectPassed(await ask(both, { token: null, headers: own(read) }), both);
  });
});

test("a token in the query or the body is none", async () => {
  for (const query of ["", `?token=${read}`, `?access_token=${read}`, `?path=/&token=${read}`])
    expectRefused(
      await ask(query, { token: null, method: "POST", body: { token: write } }),
      BARE_CHALLENGE,
      query,
    );
  expect(api.logLines.join()).not.toContain(read);
});
