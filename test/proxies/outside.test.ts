import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type OutgoingHttpHeaders } from "node:http2";
import { resolve } from "node:path";
import { RunningServer } from "../support/executable/executable.ts";
import { chunk, exchange, rawRequest } from "../support/http/exchange.ts";
import { FORM } from "../support/http/introspection.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { Relay } from "../support/proxies/relay.ts";
import {
  COMMANDS,
  describeProxies,
  IS_ANY_INSTALLED,
  type Runnable,
  type RunningProxies,
  startProxies,
  stopProxies,
} from "../support/proxies/running-proxy.ts";
import { words } from "../support/words.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** The language of the block in docs/proxies/outside.md, and the name of the file. */
const OUTSIDE: Readonly<Record<Runnable, readonly [language: string, file: string]>> = {
  nginx: ["nginx", "publisher.conf"],
  caddy: ["caddyfile", "Caddyfile"],
  haproxy: ["haproxy", "haproxy.cfg"],
};

/** Starts the proxies as docs/proxies/outside.md says, in front of Publisher at an address. */
async function startOutside(publisher: string): Promise<RunningProxies> {
  const page = await Bun.file(resolve(import.meta.dir, "../../docs/proxies/outside.md")).text();
  return await startProxies((kind, port) => {
    const [language, name] = OUTSIDE[kind];
    const [, text] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(page) ?? [];
    if (text === undefined) throw new Error(`the page prints nothing for ${kind}`);
    return [{ name, text: text.replaceAll("127.0.0.1:8080", publisher).replaceAll("8082", String(port)) }];
  });
}

/** Paths that must stay inside. */
const INSIDE = [
  ...words`publisher.v1/api-token/list publisher.v1/api-token/create swagger openapi.json healthz`,
  "",
];

/** Beginnings of a target that some program takes for the path behind them. */
const DETOURS = words`
  / // /./ /%2f /oauth2/../ /oauth2/introspect/../../ /oauth2/introspect/..%2f..%2f
  /oauth2/introspect%2f..%2f..%2f /oauth2/introspect/%2e%2e/%2e%2e/ /oauth2/introspect/.%2e/.%2E/
  /oauth2/introspect/..;/..;/ /oauth2/introspect/..\..\ /oauth2/introspect/..%5c..%5c /oauth2\..\
  /oauth2/introspect/%252e%252e/%252e%252e/ /oauth2/introspect//../../ /oauth2/introspect?/../../
  /oauth2/introspect#/../../ /oauth2/introspect%3f/../../ /oauth2/introspect%00/../../
  /oauth2/introspect/../../oauth2/../ /forward-auth/../ /forward-auth/wiki/../../ /forward-auth/wiki/..%2f..%2f
  /forward-auth/..%2f /forward-auth/%2e%2e/ /forward-auth\..\ /forward-auth/wiki%0a/../../
  /forward-auth/wiki/..;/..;/ /FORWARD-AUTH/wiki/../../ http://publisher.example/
  http://publisher.example/oauth2/../ http://publisher.example//`;

/** Other spellings of a target that is exposed, for some program at least. */
const SPELLINGS = [
  ...words`
    /%66orward-auth/wiki /forward%2Dauth/wiki /forward-auth/wik%69 /forward-auth%2Fwiki /oauth2%2Fintrospect
    /oauth2/%69ntrospect /oauth2//introspect //oauth2/introspect /oauth2/./introspect /OAUTH2/introspect
    /forward-auth/wiki%0a /forward-auth/wiki#x /forward-auth/wiki?x#y
    http://user:password@publisher.example/forward-auth/wiki http://publisher.example?/oauth2/introspect
    http:/forward-auth/wiki http:///forward-auth/wiki ?/forward-auth/wiki *`,
  ...["", "?", "#", "\\", ":80", ":80?", "?x"].flatMap((end) =>
    ["http://", "any://", "http:", "//", ""].map(
      (start) => `${start}publisher.example${end}/forward-auth/wiki`,
    ),
  ),
];

/** The first line of every request that Publisher may get. */
const EXPOSED = /^\w+ \/(?:oauth2\/introspect|forward-auth\/[a-z0-9-]+)(?:\?\S*)? HTTP\/1\.1$/;

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

let server: RunningServer;
let relay: Relay;
let proxies: RunningProxies;
/** A read token for the service. */
let token: string;

beforeAll(async () => {
  if (!IS_ANY_INSTALLED) return;
  server = opened.use(await RunningServer.start());
  relay = opened.use(await new Relay(server.url).listen());
  proxies = await startOutside(relay.address);
  opened.defer(() => stopProxies(proxies));
  token = (await server.call("api-token/create", { access: "read", audiences: ["wiki"] })).json.token;
});

/** Returns the first lines of the requests to Publisher during an action. */
async function askedDuring(act: () => Promise<unknown>): Promise<readonly string[]> {
  const lines = await sentDuring(act);
  return lines.filter((line) => / HTTP\/1\.[01]$/.test(line));
}

/** Returns all lines to Publisher during an action. */
async function sentDuring(act: () => Promise<unknown>): Promise<readonly string[]> {
  const before = relay.sentOn.map((sent) => sent.length);
  await act();
  return relay.sentOn.flatMap((sent, index) => sent.slice(before[index] ?? 0).split("\r\n"));
}

function encoded(path: string): string {
  return path.replace(/^[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

/** A call of the API with the first token. */
function call(target: string, version = "HTTP/1.1"): string {
  const fields = [
    ...(version === "HTTP/1.0" ? [] : ["Host: publisher.example"]),
    `Authorization: Bearer ${server.firstToken}`,
    "Content-Type: application/json",
    "Content-Length: 4",
  ];
  // The body ends its line, so that the next request on the connection to Publisher begins one.
  return rawRequest({ method: "POST", target, fields, body: "{}\r\n", version });
}

describeProxies((kind) => {
  const port = () => proxies.get(kind)?.port ?? 0;

  async function authorized(query: string, method: string): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, "x-forwarded-method": method };
    return await fetch(`http://127.0.0.1:${port()}/forward-auth/wiki${query}`, { headers });
  }

  test("exposes introspection", async () => {
    const lines = await askedDuring(async () => {
      const response = await fetch(`http://127.0.0.1:${port()}/oauth2/introspect`, {
        method: "POST",
        headers: { authorization: `Bearer ${server.firstToken}` },
        body: new URLSearchParams({ token, audience: "wiki" }),
      });
      expect(await response.json()).toMatchObject({ active: true });
    });
    expect(lines).toEqual(["POST /oauth2/introspect HTTP/1.1"]);
  });

  test("exposes the questions of reverse proxies, with their options", async () => {
    for (const [query, method, status] of [
      ["", "GET", 200],
      ["?path=/../../swagger", "GET", 200],
      ["?access=write", "GET", 403],
      ["", "PUT", 403],
    ] as const) {
      const lines = await askedDuring(async () => {
        const response = await authorized(query, method);
        expect([query, method, response.status]).toEqual([query, method, status]);
        expect(response.headers.get("publisher-access")).toBe(status === 200 ? "read" : null);
      });
      expect(lines).toEqual([`GET /forward-auth/wiki${query} HTTP/1.1`]);
    }
  });

  test("passes on no other spelling of a target than its own", async () => {
    for (const target of SPELLINGS)
      for (const version of ["HTTP/1.1", "HTTP/1.0"]) {
        const lines = await askedDuring(async () => await exchange(port(), [call(target, version)]));
        for (const line of lines) expect([target, line]).toEqual([target, expect.stringMatching(EXPOSED)]);
      }
  });

  test("passes on no trailers, and leaves the connection to Publisher as it was", async () => {
    for (const target of ["/forward-auth/wiki", "/oauth2/introspect"])
      for (const method of ["GET", "POST"])
        for (const announced of [[], ["Trailer: X-Trailer"], ["TE: trailers", "Trailer: X-Trailer"]])
          for (const text of ["", chunk("token=x")]) {
            const authorization = `Authorization: Bearer ${token}`;
            const framing = [`Content-Type: ${FORM}`, "Transfer-Encoding: chunked", ...announced];
            const fields = ["Host: publisher.example", authorization, ...framing];
            const request = rawRequest({ method, target, fields, body: `${text}0\r\nX-Trailer: 1\r\n\r\n` });
            const lines = await sentDuring(async () => await exchange(port(), [request]));
            expect(lines.filter((line) => /^x-trailer/i.test(line))).toEqual([]);
            expect([target, method, (await authorized("", "GET")).status]).toEqual([target, method, 200]);
          }
  });

  test("exposes nothing else by any detour", async () => {
    for (const detour of DETOURS) {
      const targets = INSIDE.flatMap((path) => [detour + path, detour + encoded(path)]);
      const lines = await askedDuring(
        async () => await Promise.all(targets.map(async (target) => await exchange(port(), [call(target)]))),
      );
      for (const line of lines) expect([detour, line]).toEqual([detour, expect.stringMatching(EXPOSED)]);
    }
  });
});

describe.skipIf(COMMANDS.get("haproxy") === null)("HAProxy takes HTTP/2 from its clients, and then", () => {
  async function statusOf(headers: OutgoingHttpHeaders, body?: string): Promise<unknown> {
    const session = connect(`http://127.0.0.1:${proxies.get("haproxy")?.port ?? 0}`);
    const stream = session.request(headers, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    try {
      return await new Promise((resolve, reject) =>
        stream.on("response", (answer) => resolve(answer[":status"])).on("error", reject),
      );
    } finally {
      session.destroy();
    }
  }

  test("exposes both, to requests without a body and with a body of a known length", async () => {
    const asked = await askedDuring(async () => {
      const shown = { authorization: `Bearer ${token}`, "x-forwarded-method": "GET" };
      expect(await statusOf({ ":path": "/forward-auth/wiki", ...shown })).toBe(200);
      const calling = { ":method": "POST", ":path": "/oauth2/introspect", "content-type": FORM };
      const authorization = `Bearer ${server.firstToken}`;
      const body = `token=${token}&audience=wiki`;
      expect(await statusOf({ ...calling, authorization, "content-length": body.length }, body)).toBe(200);
      expect(await statusOf({ ...calling, authorization }, body)).toBe(411);
      expect(await statusOf({ ":path": "/swagger", ...shown })).toBe(404);
    });
    // In the order of the connections to Publisher, of which HAProxy takes any.
    expect(asked.toSorted()).toEqual(["GET /forward-auth/wiki HTTP/1.1", "POST /oauth2/introspect HTTP/1.1"]);
  });
});
