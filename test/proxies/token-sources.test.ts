import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chunk, exchange } from "../support/http/exchange.ts";
import { basic } from "../support/http/introspection.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import {
  expectOurs,
  type ProtectedService,
  useProtectedService,
} from "../support/proxies/protected-service.ts";
import { describeProxies, type Runnable } from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const HEADER = "x-wiki-token";

const byBearer = useProtectedService();
const byPassword = useProtectedService({ token: "basic" });
const byHeader = useProtectedService({ token: { header: HEADER } });

/** Returns the request that the service got; a GET, or a DELETE with the write token. */
async function passed(service: ProtectedService, kind: Runnable, fields: readonly string[], access = "read") {
  const { answer, seen } = await service.ask(kind, { method: access === "read" ? "GET" : "DELETE", fields });
  if (seen === null) throw new Error(`${kind} answered ${fields.join(" | ")} with ${answer.status}`);
  return seen;
}

describeProxies((kind) => {
  test.skipIf(Bun.which("curl") === null)(
    "the command that tries a configuration needs a token",
    async () => {
      for (const service of [byBearer, byPassword, byHeader]) {
        expect(await service.trial(kind, service.read.token)).toContain('{"method":"GET","target":"/"');
        expect(await service.trial(kind, "")).toMatch(/^HTTP\/1\.1 401/);
      }
    },
  );

  describe("with the token as Basic's password or as Bearer,", () => {
    test("passes it for any user, and takes Authorization away", async () => {
      for (const { id, token, access } of [byPassword.read, byPassword.write])
        for (const shown of [
          basic(token, "git"),
          basic(token, ""),
          basic(token, "https://x/y"),
          `Bearer ${token}`,
        ]) {
          const seen = await passed(byPassword, kind, [`Authorization: ${shown}`], access);
          expectOurs(seen, id, access);
        }
    });

    test("says in a 401 that it takes both", async () => {
      for (const fields of [[], [`Authorization: ${basic("wrong", "git")}`]]) {
        const { headers } = await byPassword.expectRefused(kind, { fields }, [401]);
        expect(headers.get("www-authenticate")).toContain('Basic realm="publisher"');
        expect(headers.get("www-authenticate")).toContain('Bearer realm="publisher"');
      }
    });

    test("refuses writing with a read token, and two tokens at once", async () => {
      const shown = [`Authorization: ${basic(byPassword.read.token, "git")}`];
      await byPassword.expectRefused(kind, { method: "PUT", fields: shown }, [403]);
      for (const second of [basic(byPassword.read.token, "git"), `Bearer ${byPassword.write.token}`])
        await byPassword.expectRefused(kind, { fields: [...shown, `Authorization: ${second}`] }, [400, 401]);
    });
  });

  describe("with the token in a header of its own,", () => {
    const shown = () => `X-Wiki-Token: ${byHeader.read.token}`;

    test("takes that header away, and leaves Authorization to the service", async () => {
      const own = ["Basic dXNlcjpwYXNzd29yZA==", "Bearer of-the-service", 'Digest username="x"'];
      for (const { id, token, access } of [byHeader.read, byHeader.write])
        for (const authorization of own) {
          const fields = [`X-Wiki-Token: ${token}`, `Authorization: ${authorization}`];
          const seen = await passed(byHeader, kind, fields, access);
          expectOurs(seen, id, access, HEADER);
          const kept = seen.headers.filter(([name]) => name.toLowerCase() === "authorization");
          expect(kept.map(([, value]) => value)).toEqual([authorization]);
        }
      const alone = await passed(byHeader, kind, [shown()]);
      expect(alone.headers.map(([name]) => name.toLowerCase())).not.toContain("authorization");
    });

    test("takes the token from nowhere else", async () => {
      const { token } = byHeader.read;
      for (const fields of [
        [],
        [`Authorization: Bearer ${token}`],
        [`Authorization: ${basic(token, "git")}`],
        [`X_Wiki_Token: ${token}`],
        [`X-Wiki.Token: ${token}`],
        [`X-Wiki-Token-2: ${token}`],
        [`Cookie: x-wiki-token=${token}`],
        ["X-Wiki-Token: wrong"],
        ["X-Wiki-Token:"],
      ])
        await byHeader.expectRefused(kind, { fields }, [401]);
    });

    test("refuses two tokens at once", async () => {
      for (const second of [
        shown(),
        `x-wiki-token: ${byHeader.write.token}`,
        "X-Wiki-Token: wrong",
        `Authorization: Bearer ${byHeader.write.token}`,
        `Authorization: ${basic(byHeader.read.token, "git")}`,
      ]) {
        await byHeader.expectRefused(kind, { fields: [shown(), second] }, [400, 401]);
        await byHeader.expectRefused(kind, { fields: [second, shown()] }, [400, 401]);
      }
    });

    test("refuses writing with a read token, also by a forged method", async () => {
      for (const more of [
        [],
        ["X-Forwarded-Method: GET", "X-Original-Method: GET"],
        [`Connection: keep-alive, ${HEADER}`, "X-Original-Method: GET"],
      ])
        await byHeader.expectRefused(
          kind,
          { method: "POST", fields: [shown(), ...more], body: "x" },
          [401, 403],
        );
    });

    test("asks the same question for every other header and body", async () => {
      const before = byHeader.relay.sent.length;
      const fields = [
        `X-Wiki-Token: ${byHeader.write.token}`,
        "Content-Type: application/json; charset=x",
        "Content-Encoding: gzip",
        "Expect: 100-continue",
        "Range: bytes=0-1",
        "If-None-Match: *",
        `Cookie: session=${"x".repeat(4000)}`,
        "Transfer-Encoding: chunked",
        "Connection: close",
      ];
      const request = ["POST /page HTTP/1.1", "Host: wiki.example", ...fields].join("\r\n");
      const body = `${chunk("in the body")}${chunk("")}`;
      // A 100 may come before the 200. After the 200 the service has got the request, and the next test may begin.
      const { answers } = await exchange(byHeader.proxy(kind).port, [`${request}\r\n\r\n${body}`], 2);
      expect(answers.at(-1)?.status).toBe(200);
      const question = byHeader.relay.sent.slice(before);
      expect(question).toStartWith("GET /forward-auth/wiki?header=x-wiki-token HTTP/1.1\r\n");
      expect(question).not.toMatch(/session=|in the body|^(transfer-encoding|content-|expect:)/im);
    });

    test("keeps the token from the service despite a Connection header", async () => {
      const { answer, seen } = await byHeader.ask(kind, {
        fields: [`Connection: close, ${HEADER}`, shown()],
      });
      if (seen === null) expect(answer.status).toBe(401);
      else expectOurs(seen, byHeader.read.id, "read", HEADER);
    });
  });
});
