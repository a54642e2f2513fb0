import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chunk, exchange } from "../support/http/exchange.ts";
import { basic } from "../support/http/introspection.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { expectOurs, type Issued, ProtectedService } from "../support/proxies/protected-service.ts";
import { COMMANDS, RUNNABLE, type Runnable } from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const HEADER = "x-wiki-token";

const isAnyInstalled = [...COMMANDS.values()].some((command) => command !== null);

/** A service whose clients put the token in one place, with a token of either access. */
interface Tried {
  readonly service: ProtectedService;
  readonly read: Issued;
  readonly write: Issued;
}

async function tried(...source: Parameters<typeof ProtectedService.start>): Promise<Tried> {
  const service = await ProtectedService.start(...source);
  return { service, read: await service.issue("read"), write: await service.issue("write") };
}

let byPassword: Tried;
let byHeader: Tried;

beforeAll(async () => {
  if (!isAnyInstalled) return;
  [byPassword, byHeader] = await Promise.all([tried("basic"), tried({ header: HEADER })]);
});

afterAll(async () => {
  await byPassword?.service[Symbol.asyncDispose]();
  await byHeader?.service[Symbol.asyncDispose]();
});

/** What the service got, which must be the token's own request. */
async function passed({ service }: Tried, kind: Runnable, fields: readonly string[], issued: Issued) {
  const method = issued.access === "read" ? "GET" : "DELETE";
  const { answer, seen } = await service.ask(kind, { method, fields });
  if (seen === null) throw new Error(`${kind} answered ${fields.join(" | ")} with ${answer.status}`);
  return seen;
}

for (const kind of RUNNABLE) {
  describe.skipIf(COMMANDS.get(kind) === null)(`${kind}, where the token may be Basic's password,`, () => {
    test("passes it, whatever the user is, and takes Authorization away", async () => {
      for (const issued of [byPassword.read, byPassword.write])
        for (const user of ["git", "", "https://user.example/x"]) {
          const seen = await passed(
            byPassword,
            kind,
            [`Authorization: ${basic(issued.token, user)}`],
            issued,
          );
          expectOurs(seen, issued.id, issued.access);
        }
    });

    test("passes it as Bearer too", async () => {
      const { read } = byPassword;
      const seen = await passed(byPassword, kind, [`Authorization: Bearer ${read.token}`], read);
      expectOurs(seen, read.id, "read");
    });

    test("says in a 401 that it takes both", async () => {
      for (const fields of [[], [`Authorization: ${basic("wrong", "git")}`]]) {
        const { headers } = await byPassword.service.expectRefused(kind, { fields }, [401]);
        expect(headers.get("www-authenticate")).toContain('Basic realm="publisher"');
        expect(headers.get("www-authenticate")).toContain('Bearer realm="publisher"');
      }
    });

    test("refuses what a read token may not do, and two tokens at once", async () => {
      const { service, read, write } = byPassword;
      const shown = [`Authorization: ${basic(read.token, "git")}`];
      await service.expectRefused(kind, { method: "PUT", fields: shown }, [403]);
      for (const second of [basic(read.token, "git"), `Bearer ${write.token}`])
        await service.expectRefused(kind, { fields: [...shown, `Authorization: ${second}`] }, [400, 401]);
    });
  });

  describe.skipIf(COMMANDS.get(kind) === null)(
    `${kind}, where the token comes in a header of its own,`,
    () => {
      test("takes that header away, and leaves Authorization to the service", async () => {
        const own = ["Basic dXNlcjpwYXNzd29yZA==", "Bearer of-the-service", 'Digest username="x"'];
        for (const issued of [byHeader.read, byHeader.write])
          for (const authorization of own) {
            const fields = [`X-Wiki-Token: ${issued.token}`, `Authorization: ${authorization}`];
            const seen = await passed(byHeader, kind, fields, issued);
            expectOurs(seen, issued.id, issued.access, HEADER);
            const kept = seen.headers.filter(([name]) => name.toLowerCase() === "authorization");
            expect(kept.map(([, value]) => value)).toEqual([authorization]);
          }
        const alone = await passed(byHeader, kind, [`${HEADER}: ${byHeader.read.token}`], byHeader.read);
        expect(alone.headers.map(([name]) => name.toLowerCase())).not.toContain("authorization");
      });

      test("takes the token from nowhere else", async () => {
        const { service, read } = byHeader;
        for (const fields of [
          [],
          [`Authorization: Bearer ${read.token}`],
          [`Authorization: ${basic(read.token, "git")}`],
          [`X_Wiki_Token: ${read.token}`],
          [`X-Wiki.Token: ${read.token}`],
          [`X-Wiki-Token-2: ${read.token}`],
          [`Cookie: x-wiki-token=${read.token}`],
          ["X-Wiki-Token: wrong"],
          ["X-Wiki-Token:"],
        ])
          await service.expectRefused(kind, { fields }, [401]);
      });

      test("refuses two tokens at once", async () => {
        const { service, read, write } = byHeader;
        const shown = `X-Wiki-Token: ${read.token}`;
        for (const second of [
          shown,
          `x-wiki-token: ${write.token}`,
          "X-Wiki-Token: wrong",
          `Authorization: Bearer ${write.token}`,
          `Authorization: ${basic(read.token, "git")}`,
        ]) {
          await service.expectRefused(kind, { fields: [shown, second] }, [400, 401]);
          await service.expectRefused(kind, { fields: [second, shown] }, [400, 401]);
        }
      });

      test("refuses what a read token may not do, and asks for no less by what a client says", async () => {
        const { service, read } = byHeader;
        for (const more of [
          [],
          ["X-Forwarded-Method: GET", "X-Original-Method: GET"],
          [`Connection: keep-alive, ${HEADER}`, "X-Original-Method: GET"],
        ]) {
          const fields = [`X-Wiki-Token: ${read.token}`, ...more];
          await service.expectRefused(kind, { method: "POST", fields, body: "x" }, [401, 403]);
        }
      });

      test("asks no differently by what else a client sends", async () => {
        const { service, write } = byHeader;
        const before = service.relay.sent.length;
        const fields = [
          `X-Wiki-Token: ${write.token}`,
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
        const { answers } = await exchange(service.proxy(kind).port, [`${request}\r\n\r\n${body}`], 2);
        expect(answers.at(-1)?.status).toBe(200);
        const asked = service.relay.sent.slice(before);
        expect(asked).toStartWith("GET /forward-auth/wiki?header=x-wiki-token HTTP/1.1\r\n");
        expect(asked).not.toMatch(/session=|in the body|^(transfer-encoding|content-|expect:)/im);
      });

      test("lets no Connection header bring the token to the service", async () => {
        const { service, read } = byHeader;
        const fields = [`Connection: close, ${HEADER}`, `X-Wiki-Token: ${read.token}`];
        const { answer, seen } = await service.ask(kind, { fields });
        if (seen === null) expect(answer.status).toBe(401);
        else expectOurs(seen, read.id, "read", HEADER);
      });
    },
  );
}
