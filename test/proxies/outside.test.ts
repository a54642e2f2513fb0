import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { resolve } from "node:path";
import type { ProxyFile } from "../../public/proxies/configuration.ts";
import { exchange, rawRequest } from "../support/exchange.ts";
import { RunningServer } from "../support/executable.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { Relay } from "../support/relay.ts";
import {
  COMMANDS,
  RUNNABLE,
  type Runnable,
  type RunningProxies,
  startProxies,
  stopProxies,
} from "../support/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** The language of its block in the documentation, and the name of the file, by the proxy. */
const BLOCKS: Readonly<Record<Runnable, readonly [language: string, file: string]>> = {
  nginx: ["nginx", "publisher.conf"],
  caddy: ["caddyfile", "Caddyfile"],
  haproxy: ["haproxy", "haproxy.cfg"],
};

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

/** All that Publisher may be asked, as the first line of a request. */
const EXPOSED =
  /^\w+ (?:http:\/\/publisher\.example)?\/(?:oauth2\/introspect|forward-auth\/[a-z0-9-]+)(?:\?\S*)? HTTP\/1\.1$/;

const isAnyInstalled = [...COMMANDS.values()].some((command) => command !== null);
let server: RunningServer;
let relay: Relay;
let proxies: RunningProxies;

beforeAll(async () => {
  if (!isAnyInstalled) return;
  server = await RunningServer.start();
  relay = await Relay.to(server.url);
  const page = await Bun.file(resolve(import.meta.dir, "../../docs/proxies/outside.md")).text();
  proxies = await startProxies((kind, port) => printed(page, kind, port));
});

afterAll(async () => {
  if (!isAnyInstalled) return;
  await stopProxies(proxies);
  await relay[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** The configuration that the page prints, with the addresses of this test. */
function printed(page: string, kind: Runnable, port: number): readonly ProxyFile[] {
  const [language, name] = BLOCKS[kind];
  const [, text] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(page) ?? [];
  if (text === undefined) throw new Error(`the page prints nothing for ${kind}`);
  return [{ name, text: text.replaceAll("127.0.0.1:8080", relay.address).replaceAll("8082", String(port)) }];
}

/** The first lines of what Publisher was asked while something was done. */
async function askedDuring(act: () => Promise<unknown>): Promise<readonly string[]> {
  const before = relay.sentOn.map((sent) => sent.length);
  await act();
  return relay.sentOn.flatMap((sent, index) => {
    const lines = sent.slice(before[index] ?? 0).split("\r\n");
    return lines.filter((line) => / HTTP\/1\.[01]$/.test(line));
  });
}

function encoded(path: string): string {
  return path.replace(/^[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

/** A call of the API with a token that may do everything. */
function call(target: string): string {
  const fields = [
    "Host: publisher.example",
    `Authorization: Bearer ${server.firstToken}`,
    "Content-Type: application/json",
    "Content-Length: 4",
  ];
  // The body ends its line, so that the next request on the connection to Publisher begins one.
  return rawRequest({ method: "POST", target, fields, body: "{}\r\n" });
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
