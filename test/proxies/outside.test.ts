import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type OutgoingHttpHeaders } from "node:http2";
import { RunningServer } from "../support/executable/executable.ts";
import { chunk, exchange, rawRequest } from "../support/http/exchange.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { Relay } from "../support/proxies/relay.ts";
import {
  COMMANDS,
  RUNNABLE,
  type RunningProxies,
  startOutside,
  stopProxies,
} from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** What must stay inside. */
const INSIDE = [
  "publisher.v1/api-token/list",
  "publisher.v1/api-token/create",
  "swagger",
  "openapi.json",
  "healthz",
  "",
];

/** Ways to write a path below one that is exposed, each of which some program takes for the path behind it. */
const DETOURS = [
  "/",
  "//",
  "/./",
  "/%2f",
  "/oauth2/../",
  "/oauth2/introspect/../../",
  "/oauth2/introspect/..%2f..%2f",
  "/oauth2/introspect%2f..%2f..%2f",
  "/oauth2/introspect/%2e%2e/%2e%2e/",
  "/oauth2/introspect/.%2e/.%2E/",
  "/oauth2/introspect/..;/..;/",
  "/oauth2/introspect/..\\..\\",
  "/oauth2/introspect/..%5c..%5c",
  "/oauth2\\..\\",
  "/oauth2/introspect/%252e%252e/%252e%252e/",
  "/oauth2/introspect//../../",
  "/oauth2/introspect?/../../",
  "/oauth2/introspect#/../../",
  "/oauth2/introspect%3f/../../",
  "/oauth2/introspect%00/../../",
  "/oauth2/introspect/../../oauth2/../",
  "/forward-auth/../",
  "/forward-auth/wiki/../../",
  "/forward-auth/wiki/..%2f..%2f",
  "/forward-auth/..%2f",
  "/forward-auth/%2e%2e/",
  "/forward-auth\\..\\",
  "/forward-auth/wiki%0a/../../",
  "/forward-auth/wiki/..;/..;/",
  "/FORWARD-AUTH/wiki/../../",
  "http://publisher.example/",
  "http://publisher.example/oauth2/../",
  "http://publisher.example//",
];

/** Other ways to write a target that is exposed, or that looks so to some program. */
const SPELLINGS = [
  "/%66orward-auth/wiki",
  "/forward%2Dauth/wiki",
  "/forward-auth/wik%69",
  "/forward-auth%2Fwiki",
  "/oauth2%2Fintrospect",
  "/oauth2/%69ntrospect",
  "/oauth2//introspect",
  "//oauth2/introspect",
  "/oauth2/./introspect",
  "/OAUTH2/introspect",
  "/forward-auth/wiki%0a",
  "/forward-auth/wiki#x",
  "/forward-auth/wiki?x#y",
  ...["", "?", "#", "\\", ":80", ":80?", "?x"].flatMap((end) =>
    ["http://", "any://", "http:", "//", ""].map(
      (start) => `${start}publisher.example${end}/forward-auth/wiki`,
    ),
  ),
  "http://user:password@publisher.example/forward-auth/wiki",
  "http://publisher.example?/oauth2/introspect",
  "http:/forward-auth/wiki",
  "http:///forward-auth/wiki",
  "?/forward-auth/wiki",
  "*",
];

/** All that Publisher may be asked, as the first line of a request. */
const EXPOSED = /^\w+ \/(?:oauth2\/introspect|forward-auth\/[a-z0-9-]+)(?:\?\S*)? HTTP\/1\.1$/;

const FORM = "application/x-www-form-urlencoded";

const isAnyInstalled = [...COMMANDS.values()].some((command) => command !== null);
let server: RunningServer;
let relay: Relay;
let proxies: RunningProxies;

beforeAll(async () => {
  if (!isAnyInstalled) return;
  server = await RunningServer.start();
  relay = await Relay.to(server.url);
  proxies = await startOutside(relay.address);
});

afterAll(async () => {
  if (!isAnyInstalled) return;
  await stopProxies(proxies);
  await relay[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** The first lines of what Publisher was asked while something was done. */
async function askedDuring(act: () => Promise<unknown>): Promise<readonly string[]> {
  const lines = await sentDuring(act);
  return lines.filter((line) => / HTTP\/1\.[01]$/.test(line));
}

/** All lines that were sent to Publisher while something was done. */
async function sentDuring(act: () => Promise<unknown>): Promise<readonly string[]> {
  const before = relay.sentOn.map((sent) => sent.length);
  await act();
  return relay.sentOn.flatMap((sent, index) => sent.slice(before[index] ?? 0).split("\r\n"));
}

function encoded(path: string): string {
  return path.replace(/^[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

/** A call of the API with a token that may do everything. */
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

for (const kind of RUNNABLE) {
  describe.skipIf(COMMANDS.get(kind) === null)(kind, () => {
    const port = () => proxies.get(kind)?.port ?? 0;

    test("exposes introspection", async () => {
      const { token } = (await server.call("api-token/create", { access: "read", audiences: ["wiki"] })).json;
      const asked = await askedDuring(async () => {
        const response = await fetch(`http://127.0.0.1:${port()}/oauth2/introspect`, {
          method: "POST",
          headers: { authorization: `Bearer ${server.firstToken}` },
          body: new URLSearchParams({ token, audience: "wiki" }),
        });
        expect([response.status, await response.json()]).toEqual([
          200,
          expect.objectContaining({ active: true }),
        ]);
      });
      expect(asked).toEqual(["POST /oauth2/introspect HTTP/1.1"]);
    });

    test("exposes what reverse proxies ask, with its options", async () => {
      const { token } = (await server.call("api-token/create", { access: "read", audiences: ["wiki"] })).json;
      for (const [query, method, status] of [
        ["", "GET", 200],
        ["?path=/../../swagger", "GET", 200],
        ["?access=write", "GET", 403],
        ["", "PUT", 403],
      ] as const) {
        const target = `/forward-auth/wiki${query}`;
        const headers = { authorization: `Bearer ${token}`, "x-forwarded-method": method };
        const asked = await askedDuring(async () => {
          const response = await fetch(`http://127.0.0.1:${port()}${target}`, { headers });
          expect([target, method, response.status]).toEqual([target, method, status]);
          expect(response.headers.get("publisher-access")).toBe(status === 200 ? "read" : null);
        });
        expect(asked).toEqual([`GET ${target} HTTP/1.1`]);
      }
    });

    test("passes on no other spelling of a target than its own", async () => {
      for (const target of SPELLINGS)
        for (const version of ["HTTP/1.1", "HTTP/1.0"]) {
          const asked = await askedDuring(async () => await exchange(port(), [call(target, version)]));
          for (const line of asked) expect([target, line]).toEqual([target, expect.stringMatching(EXPOSED)]);
        }
    });

    test("passes on no trailers, and leaves the connection to Publisher as it was", async () => {
      const { token } = (await server.call("api-token/create", { access: "read", audiences: ["wiki"] })).json;
      const trailers = "X-Trailer: 1\r\n\r\n";
      for (const target of ["/forward-auth/wiki", "/oauth2/introspect"])
        for (const method of ["GET", "POST"])
          for (const announced of [[], ["Trailer: X-Trailer"], ["TE: trailers", "Trailer: X-Trailer"]])
            for (const text of ["", chunk("token=x")]) {
              const fields = [
                "Host: publisher.example",
                `Authorization: Bearer ${token}`,
                `Content-Type: ${FORM}`,
                "Transfer-Encoding: chunked",
                ...announced,
              ];
              const body = `${text}0\r\n${trailers}`;
              const request = rawRequest({ method, target, fields, body });
              const sent = await sentDuring(async () => await exchange(port(), [request]));
              expect(sent.filter((line) => /^x-trailer/i.test(line))).toEqual([]);
              const next = await fetch(`http://127.0.0.1:${port()}/forward-auth/wiki`, {
                headers: { authorization: `Bearer ${token}`, "x-forwarded-method": "GET" },
              });
              expect([target, method, next.status]).toEqual([target, method, 200]);
            }
    });

    test("exposes nothing else by any detour", async () => {
      for (const detour of DETOURS) {
        const targets = INSIDE.flatMap((path) => [detour + path, detour + encoded(path)]);
        const asked = await askedDuring(
          async () =>
            await Promise.all(targets.map(async (target) => await exchange(port(), [call(target)]))),
        );
        for (const line of asked) expect([detour, line]).toEqual([detour, expect.stringMatching(EXPOSED)]);
      }
    });
  });
}

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
    const { token } = (await server.call("api-token/create", { access: "read", audiences: ["wiki"] })).json;
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
