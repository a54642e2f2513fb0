import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { BARE_CHALLENGE } from "../support/http/credentials.ts";
import { INSUFFICIENT, WRONG_AUDIENCE } from "../support/http/endpoints.ts";
import { RawConnection } from "../support/http/raw-connection.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { useProtectedService } from "../support/proxies/protected-service.ts";
import { describeProxies, IS_ANY_INSTALLED } from "../support/proxies/running-proxy.ts";
import { expireToken } from "../support/store/many-tokens.ts";
import { words } from "../support/words.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const BODY_BYTES = 5_000_000;

const service = useProtectedService();

describeProxies((kind) => {
  test("passes nothing without a token, and answers with a challenge", async () => {
    for (const fields of [[], ["Authorization: Basic eDp5"], ["Authorization:"], ["Cookie: token=x"]]) {
      const { headers } = await service.expectRefused(kind, { fields }, [401]);
      expect(headers.get("www-authenticate")).toBe(BARE_CHALLENGE);
    }
    const unknown = await service.expectRefused(kind, { token: "x" }, [401]);
    expect(unknown.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });

  test("lets a read token read, and nothing else", async () => {
    const { read } = service;
    for (const method of ["GET", "OPTIONS"]) await service.expectPassed(kind, { method }, read);
    for (const method of words`POST PUT PATCH DELETE PROPFIND FOO`) {
      const { headers } = await service.expectRefused(kind, { method, token: read.token, body: "x" }, [403]);
      expect(headers.get("www-authenticate")).toBe(INSUFFICIENT);
    }
    for (const method of words`get Get TRACE GETS`)
      await service.expectRefused(kind, { method, token: read.token }, [400, 403, 405]);
  });

  test("lets a write token do everything", async () => {
    for (const method of words`GET OPTIONS DELETE`)
      await service.expectPassed(kind, { method }, service.write);
    for (const method of words`POST PUT PATCH PROPFIND FOO`) {
      const { bodyBytes } = await service.expectPassed(kind, { method, body: "abc" }, service.write);
      expect(bodyBytes).toBe(3);
    }
  });

  test("answers HEAD as GET, without a body", async () => {
    const statusOf = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${service.proxy(kind).url}/page`, { method: "HEAD", headers })).status;
    };
    expect([await statusOf(service.read.token), await statusOf("x")]).toEqual([200, 401]);
    expect(service.lastSeen.method).toBe("HEAD");
  });

  test("passes no token for another service or for Publisher itself", async () => {
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

  test("needs a write token for a POST that a client calls a GET", async () => {
    const { token } = service.read;
    for (const fields of [
      ["X-Forwarded-Method: GET"],
      ["X-Original-Method: GET"],
      ["X-Forwarded-Method: GET", "X-Original-Method: GET", "X_Forwarded_Method: GET"],
      ["X-HTTP-Method-Override: GET", "X-HTTP-Method: GET"],
      ["X-Forwarded-Method:", "X-Forwarded-Method: GET"],
      ["X-Forwarded-Uri: /?access=read", "X-Original-URL: /", "X-Rewrite-URL: /"],
      ["Connection: keep-alive, X-Forwarded-Method, X-Original-Method"],
      ["Connection: X-Forwarded-Method", "X-Forwarded-Method: GET"],
      ["Publisher-Access: write", "Publisher-Token-Id: atok_0"],
    ])
      await service.expectRefused(kind, { method: "POST", token, fields, body: "x" }, [403]);
    for (const query of words`access=read access= x-forwarded-method=GET _method=GET`)
      await service.expectRefused(
        kind,
        { method: "POST", target: `/page?${query}`, token, body: "x" },
        [403],
      );
  });

  test("takes no token twice, nor one beside another", async () => {
    const { read, write } = service;
    for (const second of [`Bearer ${read.token}`, `Bearer ${write.token}`, "Basic eDp5"]) {
      const fields = [`Authorization: ${second}`];
      await service.expectRefused(kind, { token: read.token, fields }, [400, 401]);
    }
  });

  test("has no path past Publisher", async () => {
    for (const target of words`
      /../../healthz /%2e%2e/%2e%2e/healthz /..%2f..%2fhealthz /a/../../..//healthz //healthz // /. /%00
      /\..\..\healthz /forward-auth/wiki /publisher-forward-auth /publisher-forward-auth/
      http://wiki.example/../healthz http://elsewhere.example/healthz`) {
      await service.expectRefused(kind, { target }, [400, 401, 404]);
      const asked = { target, method: "DELETE", token: service.read.token };
      await service.expectRefused(kind, asked, [400, 403, 404]);
    }
  });

  test("leaves the path and the query as they are", async () => {
    for (const target of words`/a//b?c=d&access=write /a%2Fb/%C3%A9?x=%20 /a/`)
      expect((await service.expectPassed(kind, { target }, service.write)).target).toBe(target);
    await service.expectPassed(kind, { target: "/a?access=write" }, service.read);
  });

  test("takes HTTP/1.0, with a token", async () => {
    await service.expectPassed(kind, { version: "HTTP/1.0" }, service.read);
    await service.expectRefused(kind, { version: "HTTP/1.0" }, [401]);
  });

  test("passes a large body to the service and none of it to Publisher", async () => {
    const before = service.relay.sent.length;
    const response = await fetch(`${service.proxy(kind).url}/upload`, {
      method: "PUT",
      headers: { authorization: `Bearer ${service.write.token}`, cookie: "session=secret" },
      body: "x".repeat(BODY_BYTES),
    });
    expect(await response.json()).toMatchObject({ bodyBytes: BODY_BYTES });
    const question = service.relay.sent.slice(before);
    expect(question.length).toBeLessThan(2000);
    expect(question).toStartWith("GET /forward-auth/wiki HTTP/1.1\r\n");
    expect(question).toMatch(/^x-forwarded-method: PUT\r$/im);
    expect(question).not.toContain("session=secret");
  });

  test("keeps its connection to Publisher", async () => {
    await service.expectPassed(kind, {}, service.read);
    const before = service.relay.connections;
    for (let count = 0; count < 5; count += 1) await service.expectPassed(kind, {}, service.read);
    expect(service.relay.connections).toBe(before);
  });
});

describe.skipIf(!IS_ANY_INSTALLED)("every proxy", () => {
  test("refuses a token from the second on in which it expires", async () => {
    const expiring = await service.issue("read");
    for (const kind of service.kinds) await service.expectPassed(kind, {}, expiring);
    expireToken(service.server.dataDir, expiring.id, { secondsAgo: 0 });
    for (const kind of service.kinds) {
      const { headers } = await service.expectRefused(kind, { token: expiring.token }, [401]);
      expect(headers.get("www-authenticate")).toContain("The token has expired");
    }
  });

  test("forwards the address of its client, and none that the client forged", async () => {
    const before = service.relay.sent.length;
    for (const kind of service.kinds)
      await service.expectPassed(kind, { fields: ["X-Forwarded-For: 6.6.6.6"] }, service.read);
    const forwarded = service.relay.sent.slice(before).match(/^x-forwarded-for: .*(?=\r$)/gim) ?? [];
    const expected = service.kinds.map(() => "x-forwarded-for: 127.0.0.1");
    expect(forwarded.map((field) => field.toLowerCase())).toEqual(expected);
  });

  test("passes nothing when Publisher is down", async () => {
    const expectClosed = async () => {
      for (const kind of service.kinds)
        for (const token of [null, service.read.token, service.write.token])
          await service.expectRefused(kind, { token }, [500, 502, 503]);
    };
    await service.server.stop();
    await expectClosed();
    await service.relay[Symbol.asyncDispose]();
    await expectClosed();
  });
});
