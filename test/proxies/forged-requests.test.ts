import { expect, setDefaultTimeout, test } from "bun:test";
import { chunk, exchange } from "../support/http/exchange.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { expectOurs, FORGED_NAMES, useProtectedService } from "../support/proxies/protected-service.ts";
import { describeProxies } from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** Names by which a client could claim a token, or make another request of its own. */
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

/** The other characters of a name. https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const OTHER_CHARACTERS = [..."!#$%&'*+.^_`|~"];

const SMUGGLED = "DELETE /smuggled HTTP/1.1\r\nHost: wiki.example\r\nPublisher-Access: write\r\n\r\n";

const service = useProtectedService();

const FRAMINGS = [
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

const BROKEN = [
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

/** In every spelling that some service takes for the same name. */
function spellings(name: string): readonly string[] {
  const others = OTHER_CHARACTERS.flatMap((other) => [
    name.replaceAll("-", other),
    // Only the last hyphen: the rest would match a rule for the beginning of the name.
    name.replace(/-(?=[^-]*$)/, other),
  ]);
  return [name, name.toLowerCase(), name.toUpperCase(), ...others];
}

describeProxies((kind) => {
  /** Expects that the service gets the request as the read token's own, or does not get it. */
  async function expectHonest(fields: readonly string[]) {
    const { id, token, access } = service.read;
    const { answer, seen } = await service.ask(kind, { token, fields });
    if (seen === null) expect(answer.status, fields.join(" | ")).toBeOneOf([400, 401, 403]);
    else {
      expectOurs(seen, id, access);
      expect([seen.method, seen.target], fields.join(" | ")).toEqual(["GET", "/page"]);
    }
    return seen;
  }

  /** The same for a body with a framing of its own, behind which there may be another request. */
  async function expectHonestBody(
    fields: readonly string[],
    body: string,
    { method = "GET", version = "HTTP/1.1", token = service.read } = {},
  ) {
    const before = service.upstream.seen.length;
    const first = [
      `${method} /page ${version}`,
      "Host: wiki.example",
      `Authorization: Bearer ${token.token}`,
    ];
    const request = `${[...first, ...fields].join("\r\n")}\r\n\r\n${body}`;
    await exchange(service.proxy(kind).port, [request], body.includes(SMUGGLED) ? 2 : 1).catch(
      () => undefined,
    );
    for (const seen of service.upstream.seen.slice(before)) {
      expectOurs(seen, token.id, token.access);
      expect([seen.method, seen.target], fields.join(" | ")).toEqual([method, "/page"]);
    }
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
    const fields = BY_PATTERN.flatMap((name) => [`${name}: 1`, `${name.toLowerCase()}: 1`]);
    const named = new Set(BY_PATTERN.map((name) => name.toLowerCase()));
    const seen = await expectHonest(fields);
    expect(seen?.headers.filter(([name]) => named.has(name.toLowerCase()))).toEqual([]);
  });

  test("lets no Connection header remove or bring back a header", async () => {
    for (const listed of [...TAKEN_AWAY, "Authorization", "Host", "X-Forwarded-For"]) {
      await expectHonest([`Connection: close, ${listed}`, `${listed.replace("Host", "X-Host")}: 3`]);
      await expectHonest([`Connection: ${listed}`, "Connection: keep-alive"]);
    }
  });

  test("passes no trailers of a request that only reads", async () => {
    const trailers = "Publisher-Access: write\r\nX-HTTP-Method-Override: DELETE\r\n\r\n";
    for (const announced of [[], ["Trailer: Publisher-Access"], ["TE: trailers", "Trailer: X"]])
      for (const method of ["GET", "OPTIONS"])
        for (const text of ["", chunk("abc")])
          await expectHonestBody(["Transfer-Encoding: chunked", ...announced], `${text}0\r\n${trailers}`, {
            method,
          });
  });

  test("passes no trailers that are announced", async () => {
    const body = `${chunk("abc")}0\r\nPublisher-Token-Id: atok_0\r\n\r\n`;
    const fields = ["Transfer-Encoding: chunked", "Trailer: Publisher-Token-Id"];
    await expectHonestBody(fields, body, { method: "POST", token: service.write });
  });

  test("sees the same end of a request as the service", async () => {
    for (const fields of FRAMINGS)
      for (const version of ["HTTP/1.1", "HTTP/1.0"])
        await expectHonestBody(fields, `0\r\n\r\n${SMUGGLED}`, { version });
  });

  test("reads broken headers as the service does, or refuses them", async () => {
    for (const fields of BROKEN) await expectHonest(fields);
  });

  test("passes a target that is no path on as the path in it, or refuses it", async () => {
    for (const [target, passed] of NO_PATHS)
      for (const version of ["HTTP/1.1", "HTTP/1.0"]) {
        const { answer, seen } = await service.ask(kind, { target, version, token: service.read.token });
        if (seen === null) expect([target, answer.status]).toEqual([target, 400]);
        else expect([target, seen.target]).toEqual([target, passed ?? "refused"]);
      }
  });
});
