import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:http2";
import { RawConnection } from "../support/http/raw-connection.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { NEVER_SWITCHES } from "../support/proxies/echo-upstream.ts";
import { switchToHttp2 } from "../support/proxies/http2-inside.ts";
import { expectOurs, useProtectedService } from "../support/proxies/protected-service.ts";
import type { SeenRequest } from "../support/proxies/raw-server.ts";
import { COMMANDS, describeProxies, IS_ANY_INSTALLED } from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const SETTINGS = "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA";
const KEY = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];

/** Offers of a protocol that is not WebSocket, or not only. */
const OTHER_PROTOCOLS = [
  ["Upgrade: h2c"],
  ["Upgrade: H2C"],
  ["upgrade: h2C"],
  ["Upgrade: \th2c\t"],
  ["Upgrade: foo/9"],
  ["Upgrade: websocket/13"],
  ["Upgrade: websocket, h2c"],
  ["Upgrade: h2c, websocket"],
  ["Upgrade: h2c,websocket"],
  ["Upgrade: websocket,\th2c"],
  ["Upgrade: websocket,"],
  ["Upgrade: websocket h2c"],
  ["Upgrade: websocket;h2c"],
  ['Upgrade: "websocket"'],
  ["Upgrade: TLS/1.0"],
  ["Upgrade:"],
  ["Upgrade: h2c", "Upgrade: websocket"],
  ["Upgrade: websocket", "Upgrade: h2c"],
  ["Upgrade: h2c", "Upgrade: h2c"],
  ["Upgrade: websocket", "Upgrade: websocket"],
  ["Upgrade: h2c", "X-Upgrade: websocket"],
  ["Upgrade: websocket", "Upgrade_: h2c"],
];

const CONNECTIONS = [
  ["Connection: Upgrade, HTTP2-Settings"],
  ["Connection: keep-alive,\tupgrade,HTTP2-Settings"],
  ["Connection: HTTP2-Settings", "Connection: upgrade"],
  ["Connection: Upgrade, X-Upgrade"],
];

const service = useProtectedService();

/** Expects no offer of a protocol except WebSocket. */
function expectWebSocketOrNothing({ headers }: SeenRequest): void {
  const said = headers.map(([name, value]) => `${name}: ${value}`.toLowerCase());
  const upgrades = said.filter((field) => field.startsWith("upgrade"));
  expect(upgrades).toBeOneOf([[], ["upgrade: websocket"]]);
  const connections = said.filter((field) => field.startsWith("connection:"));
  expect(connections).toBeOneOf([[], ["connection: close"], ["connection: upgrade"]]);
  expect(said.filter((field) => field.startsWith("http2-settings"))).toEqual([]);
}

test.skipIf(!IS_ANY_INSTALLED)(
  "without a proxy the service changes to HTTP/2: these tests can fail",
  async () => {
    const port = Number(service.upstream.address.split(":")[1]);
    const fields = ["Host: wiki.example", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", SETTINGS];
    expect(await switchToHttp2(port, fields)).toEqual({ status: 101, inside: 200 });
    expect(service.upstream.inside.seen.splice(0)).toEqual(["POST /admin/delete-all"]);
    service.upstream.seen.length = 0;
  },
);

describeProxies((kind) => {
  test("tells the service of no other protocol than WebSocket", async () => {
    const { id, token } = service.read;
    for (const protocols of OTHER_PROTOCOLS)
      for (const connections of CONNECTIONS) {
        const fields = [...connections, ...protocols, SETTINGS, ...KEY];
        const { answer, seen } = await service.ask(kind, { token, fields });
        expect(answer.status, fields.join(" | ")).toBeOneOf([101, 200, 400]);
        if (seen === null) continue;
        expectWebSocketOrNothing(seen);
        expectOurs(seen, id, "read");
      }
  });

  test("lets nobody make a POST of a GET through HTTP/2", async () => {
    const first = ["Host: wiki.example", `Authorization: Bearer ${service.read.token}`];
    const connection = ["Connection: Upgrade, HTTP2-Settings", SETTINGS, ...KEY];
    for (const protocols of OTHER_PROTOCOLS) {
      const { inside } = await switchToHttp2(service.proxy(kind).port, [
        ...first,
        ...connection,
        ...protocols,
      ]);
      expect(inside, protocols.join(" | ")).toBeNull();
    }
    expect(service.upstream.inside.seen).toEqual([]);
  });

  test("opens no tunnel by CONNECT", async () => {
    const { token } = service.write;
    for (const target of ["wiki.example:80", "/", "http://wiki.example/"])
      await service.expectRefused(kind, { method: "CONNECT", target, token }, [400, 405]);
  });

  test("opens a WebSocket with a token, in every spelling of clients", async () => {
    for (const [protocol, connection] of [
      ["websocket", "Upgrade"],
      ["WebSocket", "keep-alive, Upgrade"],
      ["WEBSOCKET", "upgrade"],
    ]) {
      const fields = [`Connection: ${connection}`, `Upgrade: ${protocol}`, ...KEY];
      await service.expectRefused(kind, { fields }, [401]);
      using connected = await RawConnection.open(service.proxy(kind).url);
      expect((await connected.ask(getWith(service.read.token, fields))).status).toBe(101);
      expectOurs(service.lastSeen, service.read.id, "read");
      expectWebSocketOrNothing(service.lastSeen);
      // The service sends back all bytes, here bytes that look like an answer.
      const { status } = await connected.ask("HTTP/1.1 299 Echoed\r\nContent-Length: 0\r\n\r\n");
      expect(status).toBe(299);
    }
  });

  test("goes on asking where the service stays with HTTP/1.1", async () => {
    using connected = await RawConnection.open(service.proxy(kind).url);
    const fields = ["Connection: Upgrade", "Upgrade: websocket", ...KEY];
    const first = await connected.ask(getWith(service.read.token, fields, NEVER_SWITCHES));
    expect(first.status).toBe(200);
    const before = service.upstream.seen.length;
    const second = await connected.ask("DELETE /page HTTP/1.1\r\nHost: wiki.example\r\n\r\n");
    expect([second.status, service.upstream.seen.length]).toEqual([401, before]);
  });
});

function getWith(token: string, fields: readonly string[], target = "/socket"): string {
  const head = [`GET ${target} HTTP/1.1`, "Host: wiki.example", `Authorization: Bearer ${token}`, ...fields];
  return `${head.join("\r\n")}\r\n\r\n`;
}

describe.skipIf(COMMANDS.get("haproxy") === null)("HAProxy takes HTTP/2 from its clients, and then", () => {
  test("only WebSocket makes a tunnel of a CONNECT", async () => {
    const session = connect(service.proxy("haproxy").url);
    const ask = async (protocol: string): Promise<void> => {
      const headers = {
        ":method": "CONNECT",
        ":protocol": protocol,
        ":scheme": "http",
        ":authority": "wiki.example",
        ":path": "/socket",
        authorization: `Bearer ${service.read.token}`,
      };
      const stream = session.request(headers, { endStream: false });
      await new Promise((resolve, reject) => stream.on("response", resolve).on("error", reject));
      stream.close();
    };
    try {
      await new Promise((resolve) => session.on("remoteSettings", resolve));
      for (const protocol of ["websocket", "h2c", "foo"]) {
        const before = service.upstream.seen.length;
        await ask(protocol);
        expect(service.upstream.seen.length).toBe(before + 1);
        expectWebSocketOrNothing(service.lastSeen);
        expectOurs(service.lastSeen, service.read.id, "read");
      }
    } finally {
      session.destroy();
    }
  });
});
