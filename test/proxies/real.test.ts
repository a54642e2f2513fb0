import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { BARE_CHALLENGE } from "../support/http/credentials.ts";
import { INSUFFICIENT } from "../support/http/endpoints.ts";
import { RawConnection } from "../support/http/raw-connection.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { expectOurs, type Issued, ProtectedService } from "../support/proxies/protected-service.ts";
import { COMMANDS, RUNNABLE } from "../support/proxies/running-proxy.ts";
import { expireToken } from "../support/store/many-tokens.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const BODY_BYTES = 5_000_000;
const WEBSOCKET = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const WRONG_AUDIENCE = `${BARE_CHALLENGE}, error="insufficient_scope", error_description="The token is for other services"`;

const isAnyInstalled = [...COMMANDS.values()].some((command) => command !== null);
let service: ProtectedService;
let read: Issued;
let write: Issued;

beforeAll(async () => {
  if (!isAnyInstalled) return;
  service = await ProtectedService.start();
  read = await service.issue("read");
  write = await service.issue("write");
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
});

for (const kind of RUNNABLE) {
  describe.skipIf(COMMANDS.get(kind) === null)(kind, () => {
    test("lets nobody through without a token, and says what it wants", async () => {
      for (const fields of [[], ["Authorization: Basic eDp5"], ["Authorization:"], ["Cookie: token=x"]]) {
        const { headers } = await service.expectRefused(kind, { fields }, [401]);
        expect(headers.get("www-authenticate")).toBe(BARE_CHALLENGE);
      }
      const unknown = await service.expectRefused(kind, { token: "x" }, [401]);
      expect(unknown.headers.get("www-authenticate")).toContain('error="invalid_token"');
    });

    test("lets a read token read, and nothing else", async () => {
      for (const method of ["GET", "OPTIONS"]) await service.expectPassed(kind, { method }, read);
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "FOO"]) {
        const asked = { method, token: read.token, body: "x" };
        const { headers } = await service.expectRefused(kind, asked, [403]);
        expect(headers.get("www-authenticate")).toBe(INSUFFICIENT);
      }
      for (const method of ["get", "Get", "TRACE", "GETS"])
        await service.expectRefused(kind, { method, token: read.token }, [400, 403, 405]);
    });

    test("lets a write token do everything", async () => {
      for (const method of ["GET", "OPTIONS", "DELETE"]) await service.expectPassed(kind, { method }, write);
      for (const method of ["POST", "PUT", "PATCH", "PROPFIND", "FOO"]) {
        const { bodyBytes } = await service.expectPassed(kind, { method, body: "abc" }, write);
        expect(bodyBytes).toBe(3);
      }
    });

    test("answers HEAD as GET, without a body", async () => {
      const { url } = service.proxy(kind);
      const head = async (token: string) =>
        (await fetch(`${url}/page`, { method: "HEAD", headers: { authorization: `Bearer ${token}` } }))
          .status;
      expect([await head(read.token), await head("x")]).toEqual([200, 401]);
      expect(service.upstream.seen.at(-1)?.method).toBe("HEAD");
    });

    test("lets no token through that is for something else, or for Publisher itself", async () => {
      const other = await service.issue("write", { audiences: ["other"] });
      for (const token of [other.token, service.server.firstToken]) {
        const { headers } = await service.expectRefused(kind, { token }, [403]);
        expect(headers.get("www-authenticate")).toBe(WRONG_AUDIENCE);
      }
    });

    test("refuses the very next request on an open connection once the token is revoked", async () => {
      const { id, token } = await service.issue("read");
      using connection = await RawConnection.open(service.proxy(kind).url);
      const request = `GET /page HTTP/1.1\r\nHost: wiki.example\r\nAuthorization: Bearer ${token}\r\n\r\n`;
      for (let count = 0; count < 3; count += 1) expect((await connection.ask(request)).status).toBe(200);
      const before = service.upstream.seen.length;
      expect((await service.server.call("api-token/revoke", { id })).status).toBe(200);
      const { status, headers } = await connection.ask(request);
      expect([status, service.upstream.seen.length]).toEqual([401, before]);
      expect(headers.get("www-authenticate")).toContain("The token was revoked");
    });

    test("asks for no less by what a client says of its method", async () => {
      const forgeries = [
        ["X-Forwarded-Method: GET"],
        ["X-Original-Method: GET"],
        ["X-Forwarded-Method: GET", "X-Original-Method: GET", "X_Forwarded_Method: GET"],
        ["X-HTTP-Method-Override: GET", "X-HTTP-Method: GET"],
        ["X-Forwarded-Method:", "X-Forwarded-Method: GET"],
        ["X-Forwarded-Uri: /?access=read", "X-Original-URL: /", "X-Rewrite-URL: /"],
        ["Connection: keep-alive, X-Forwarded-Method, X-Original-Method"],
        ["Connection: X-Forwarded-Method", "X-Forwarded-Method: GET"],
        ["Publisher-Access: write", "Publisher-Token-Id: atok_0"],
      ];
      for (const fields of forgeries)
        await service.expectRefused(kind, { method: "POST", token: read.token, fields, body: "x" }, [403]);
      for (const query of ["access=read", "access=", "x-forwarded-method=GET", "_method=GET"]) {
        const asked = { method: "POST", target: `/page?${query}`, token: read.token, body: "x" };
        await service.expectRefused(kind, asked, [403]);
      }
    });

    test("tells the service whose token it is, whatever the client says", async () => {
      const forgeries = [
        ["Publisher-Access: write", "Publisher-Token-Id: atok_0"],
        ["publisher-access: write", "PUBLISHER-TOKEN-ID: atok_0", "Publisher-Access: read"],
        ["Publisher_Access: write", "publisher_token_id: atok_0", "Publisher-Token_Id: atok_0"],
        ["Connection: close, Publisher-Access, Publisher-Token-Id"],
        ["Connection: Publisher-Access", "Publisher-Access: write"],
        ["X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE", "X-Method-Override: DELETE"],
        ["X_HTTP_Method_Override: DELETE", "x_http_method: DELETE", "X_Method_Override: DELETE"],
      ];
      for (const fields of forgeries) {
        const { headers } = await service.expectPassed(kind, { fields }, read);
        const listed = headers.filter(([name]) => name.toLowerCase() === "connection");
        for (const [, value] of listed) expect(value.toLowerCase()).not.toContain("publisher");
      }
    });

    test("takes no token twice, nor one beside another", async () => {
      for (const fields of [
        [`Authorization: Bearer ${read.token}`],
        [`Authorization: Bearer ${write.token}`],
        ["Authorization: Basic eDp5"],
      ])
        await service.expectRefused(kind, { token: read.token, fields }, [400, 401]);
    });

    test("leads by no path past Publisher", async () => {
      const paths = [
        "/../../healthz",
        "/%2e%2e/%2e%2e/healthz",
        "/..%2f..%2fhealthz",
        "/a/../../..//healthz",
        "//healthz",
        "//",
        "/.",
        "/%00",
        "/\\..\\..\\healthz",
        "/forward-auth/wiki",
        "/publisher-forward-auth",
        "/publisher-forward-auth/",
        "http://wiki.example/../healthz",
        "http://elsewhere.example/healthz",
      ];
      for (const target of paths) {
        await service.expectRefused(kind, { target }, [400, 401, 404]);
        const asked = { target, method: "DELETE", token: read.token };
        await service.expectRefused(kind, asked, [400, 403, 404]);
      }
    });

    test("leaves the path and the query as they are", async () => {
      for (const target of ["/a//b?c=d&access=write", "/a%2Fb/%C3%A9?x=%20", "/a/"])
        expect((await service.expectPassed(kind, { target }, write)).target).toBe(target);
      await service.expectPassed(kind, { target: "/a?access=write" }, read);
    });

    test("takes HTTP/1.0, with a token", async () => {
      await service.expectPassed(kind, { version: "HTTP/1.0" }, read);
      await service.expectRefused(kind, { version: "HTTP/1.0" }, [401]);
    });

    test("opens a WebSocket, with a token", async () => {
      await service.expectRefused(kind, { fields: WEBSOCKET }, [401]);
      using connection = await RawConnection.open(service.proxy(kind).url);
      const head = [
        "GET /socket HTTP/1.1",
        "Host: wiki.example",
        `Authorization: Bearer ${read.token}`,
        ...WEBSOCKET,
      ];
      expect((await connection.ask(`${head.join("\r\n")}\r\n\r\n`)).status).toBe(101);
      const seen = service.upstream.seen.at(-1);
      if (seen === undefined) throw new Error("the service saw nothing");
      expectOurs(seen, read.id, "read");
      // What a service echoes on it need only look like an answer to be read.
      const { status } = await connection.ask("HTTP/1.1 299 Echoed\r\nContent-Length: 0\r\n\r\n");
      expect(status).toBe(299);
    });

    test("passes a large body to the service and none of it to Publisher", async () => {
      const before = service.relay.sent.length;
      const body = "x".repeat(BODY_BYTES);
      const response = await fetch(`${service.proxy(kind).url}/upload`, {
        method: "PUT",
        headers: { authorization: `Bearer ${write.token}`, cookie: "session=secret" },
        body,
      });
      expect([response.status, await response.json()]).toEqual([
        200,
        expect.objectContaining({ bodyBytes: BODY_BYTES }),
      ]);
      const asked = service.relay.sent.slice(before);
      expect(asked.length).toBeLessThan(2000);
      expect(asked).toStartWith("GET /forward-auth/wiki HTTP/1.1\r\n");
      expect(asked).toMatch(/^x-forwarded-method: PUT\r$/im);
      expect(asked).not.toContain("session=secret");
    });

    test("keeps its connection to Publisher", async () => {
      await service.expectPassed(kind, {}, read);
      const before = service.relay.connections;
      for (let count = 0; count < 5; count += 1) await service.expectPassed(kind, {}, read);
      expect(service.relay.connections).toBe(before);
    });
  });
}

describe.skipIf(!isAnyInstalled)("every proxy", () => {
  test("refuses a token from the second on in which it expires", async () => {
    const expiring = await service.issue("read");
    for (const kind of service.kinds) await service.expectPassed(kind, {}, expiring);
    expireToken(service.server.dataDir, expiring.id, { secondsAgo: 0 });
    for (const kind of service.kinds) {
      const { headers } = await service.expectRefused(kind, { token: expiring.token }, [401]);
      expect(headers.get("www-authenticate")).toContain("The token has expired");
    }
  });

  test("has the address of its client in Publisher's log, from where it is trusted", async () => {
    const before = service.relay.sent.length;
    for (const kind of service.kinds)
      await service.expectPassed(kind, { fields: ["X-Forwarded-For: 6.6.6.6"] }, read);
    const forwarded = service.relay.sent.slice(before).match(/^x-forwarded-for: .*(?=\r$)/gim) ?? [];
    expect(forwarded.map((field) => field.toLowerCase())).toEqual(
      service.kinds.map(() => "x-forwarded-for: 127.0.0.1"),
    );
  });

  test("lets nobody through when Publisher is down", async () => {
    const asked = service.kinds.flatMap((kind) =>
      [null, read.token, write.token].map((token) => ({ kind, token })),
    );
    const expectClosed = async () =>
      await Promise.all(
        asked.map(async ({ kind, token }) => await service.expectRefused(kind, { token }, [500, 502, 503])),
      );
    await service.server.stop();
    await expectClosed();
    await service.relay[Symbol.asyncDispose]();
    await expectClosed();
  });
});
