import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chunk, exchange } from "../support/http/exchange.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import {
  expectOurs,
  FORGED_NAMES,
  type Issued,
  ProtectedService,
} from "../support/proxies/protected-service.ts";
import { COMMANDS, RUNNABLE } from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** Names by which a client could say who it is, or make another request of its own. */
const TAKEN_AWAY = ["Publisher-Access", "Publisher-Token-Id", ...FORGED_NAMES];

/** Names that only a pattern takes away, which nginx does not have. */
const BY_PATTERN = ["X-Any-Method-Of-Mine", "Any-Override", "X-Any-Verb", "X-Original-Any", "X-Rewrite-Any"];

/** Targets that are no path, and the path that a proxy may make of them. */
const NO_PATHS = [
  ["http://wiki.example/page?x=1", "/page?x=1"],
  ["http://wiki.example", "/"],
  ["http://elsewhere.example/page", "/page"],
  ["http://wiki.example?/page", "/?/page"],
  ["http://wiki.example#/page", "/"],
  ["http://wiki.example\\/page", null],
  ["http://user:password@wiki.example/page", "/page"],
  ["http:/page", "/page"],
  ["any://wiki.example/page", "/page"],
  ["wiki.example/page", null],
  ["?/page", null],
] as const;

/** All that a name may have beside letters, digits and hyphens. https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const OTHER_CHARACTERS = [..."!#$%&'*+.^_`|~"];

const SMUGGLED = "DELETE /smuggled HTTP/1.1\r\nHost: wiki.example\r\nPublisher-Access: write\r\n\r\n";

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

/** In every spelling that some service takes for the same name. */
function spellings(name: string): readonly string[] {
  const others = OTHER_CHARACTERS.flatMap((other) => [
    name.replaceAll("-", other),
    // Only the last hyphen: what is left would fit a rule for the beginning of the name.
    name.replace(/-(?=[^-]*$)/, other),
  ]);
  return [name, name.toLowerCase(), name.toUpperCase(), ...others];
}

for (const kind of RUNNABLE) {
  describe.skipIf(COMMANDS.get(kind) === null)(kind, () => {
    /** The service gets the request as the token's own, or does not get it. */
    async function expectHonest(
      fields: readonly string[],
      body = "",
      method = "GET",
      { id, token, access } = read,
    ) {
      const { answer, seen } = await service.ask(kind, { method, token, fields, body });
      if (seen === null) expect(answer.status, fields.join(" | ")).toBeOneOf([400, 401, 403]);
      else {
        expectOurs(seen, id, access);
        expect([seen.method, seen.target], fields.join(" | ")).toEqual([method, "/page"]);
      }
      return seen;
    }

    test("takes every name away that only a proxy may use, in every spelling", async () => {
      for (const name of TAKEN_AWAY) {
        const forged = spellings(name).map((spelled) => `${spelled}: DELETE`);
        const seen = await expectHonest(["X-Kept: 1", ...forged, "X-Kept-Too: 1"]);
        const kept = seen?.headers.filter(([, value]) => value === "DELETE" || value === "1");
        expect(kept?.map(([header]) => header.toLowerCase())).toEqual(["x-kept", "x-kept-too"]);
        await expectHonest([`${name}: DELETE`, `${name.toLowerCase()}: GET`, `${name}:`]);
      }
    });

    test.skipIf(kind === "nginx")("takes away names that are on no list", async () => {
      const seen = await expectHonest(
        BY_PATTERN.flatMap((name) => [`${name}: 1`, `${name.toLowerCase()}: 1`]),
      );
      const named = new Set(BY_PATTERN.map((name) => name.toLowerCase()));
      expect(seen?.headers.filter(([name]) => named.has(name.toLowerCase()))).toEqual([]);
    });

    test("lets no Connection header take away what Publisher says, nor bring anything back", async () => {
      for (const listed of [...TAKEN_AWAY, "Authorization", "Host", "X-Forwarded-For"]) {
        await expectHonest([`Connection: close, ${listed}`, `${listed.replace("Host", "X-Host")}: 3`]);
        await expectHonest([`Connection: ${listed}`, "Connection: keep-alive"]);
      }
    });

    test("passes no trailers of a request that only reads", async () => {
      const trailers = "Publisher-Access: write\r\nX-HTTP-Method-Override: DELETE\r\n\r\n";
      for (const announced of [[], ["Trailer: Publisher-Access"], ["TE: trailers", "Trailer: X"]])
        for (const method of ["GET", "OPTIONS"])
          for (const text of ["", "abc"]) {
            const body = `${text === "" ? "" : chunk(text)}0\r\n${trailers}`;
            await expectUnframed(["Transfer-Encoding: chunked", ...announced], body, method);
          }
    });

    test("passes no trailers that are announced", async () => {
      const body = `${chunk("abc")}0\r\nPublisher-Token-Id: atok_0\r\n\r\n`;
      const fields = ["Transfer-Encoding: chunked", "Trailer: Publisher-Token-Id"];
      await expectUnframed(fields, body, "POST", write);
    });

    test("sees the same end of a request as the service", async () => {
      const framings = [
        ["Transfer-Encoding: chunked", `Content-Length: ${SMUGGLED.length + 5}`],
        [`Content-Length: ${SMUGGLED.length + 5}`, "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Transfer-Encoding: identity", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding : chunked"],
        ["Transfer-Encoding: \x0bchunked"],
        ["Transfer_Encoding: chunked"],
        ["X: y\rTransfer-Encoding: chunked"],
        ["Content-Length: 0", "Content-Length: 5"],
        ["Content-Length: +5"],
        ["Content-Length: 0x5"],
        ["Content-Length: 5, 5"],
        ["Content_Length: 5"],
        ["Expect: 100-continue", "Transfer-Encoding: chunked"],
        ["Expect: 100-continue", "Content-Length: 5"],
        ["Expect: something-else"],
        ["Connection: Content-Length", "Content-Length: 5"],
        ["Connection: Transfer-Encoding", "Transfer-Encoding: chunked"],
      ];
      for (const fields of framings)
        for (const version of ["HTTP/1.1", "HTTP/1.0"]) await expectNothingSmuggled(fields, version);
    });

    test("reads broken headers as the service does, or refuses them", async () => {
      const broken = [
        ["X-Kept: 1", " Publisher-Access: write"],
        ["X-Kept: 1", "\tX-HTTP-Method-Override: DELETE"],
        ["Publisher-Access : write"],
        ["Publisher-Access\t: write"],
        ["X-Kept: 1\nPublisher-Access: write"],
        ["X-Kept: 1\rPublisher-Access: write"],
        ["X-Kept: 1\0\r\nPublisher-Access: write"],
        [": DELETE"],
        ["Publisher-Access"],
        ["Host: elsewhere.example"],
        ["Host: wiki.example"],
      ];
      for (const fields of broken) await expectHonest(fields);
    });

    test("passes a target that is no path on as the path in it, or refuses it", async () => {
      for (const [target, passed] of NO_PATHS)
        for (const version of ["HTTP/1.1", "HTTP/1.0"]) {
          const { answer, seen } = await service.ask(kind, { target, version, token: read.token });
          if (seen === null) expect([target, answer.status]).toEqual([target, 400]);
          else expect([target, seen.target]).toEqual([target, passed ?? "refused"]);
        }
    });

    /** As `expectHonest`, for a body that comes with a framing of its own. */
    async function expectUnframed(fields: readonly string[], body: string, method: string, token = read) {
      const before = service.upstream.seen.length;
      await exchange(service.proxy(kind).port, [requestOf(token.token, fields, body, { method })]);
      for (const seen of service.upstream.seen.slice(before)) {
        expectOurs(seen, token.id, token.access);
        expect(seen.method).toBe(method);
      }
    }

    async function expectNothingSmuggled(fields: readonly string[], version: string) {
      const before = service.upstream.seen.length;
      const bytes = requestOf(read.token, fields, `0\r\n\r\n${SMUGGLED}`, { version });
      await exchange(service.proxy(kind).port, [bytes], 2).catch(() => undefined);
      for (const seen of service.upstream.seen.slice(before)) {
        expectOurs(seen, read.id, "read");
        expect([seen.method, seen.target], fields.join(" | ")).toEqual(["GET", "/page"]);
      }
    }
  });
}

function requestOf(
  token: string,
  fields: readonly string[],
  body: string,
  { method = "GET", version = "HTTP/1.1" },
): string {
  const head = [
    `${method} /page ${version}`,
    "Host: wiki.example",
    `Authorization: Bearer ${token}`,
    ...fields,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
