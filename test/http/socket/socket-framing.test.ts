import { afterEach, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { answerTo, chunk, exchange, rawRequest } from "../../support/http/exchange.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { loggedFaults, loggedRequests } from "../../support/http/logged.ts";
import { CHUNKED, lengthField, NEXT_REQUEST, rawHead } from "./raw-list.ts";

const SMUGGLED = "/publisher.v1/smuggled";

const api = useTestApi({ per: "file", listens: true });

/** No body is taken for a request, and the server has no fault. */
afterEach(() => {
  for (const { path } of loggedRequests(api)) expect(path).not.toBe(SMUGGLED);
  expect(loggedFaults(api)).toEqual([]);
});

function head(field: string): string {
  return rawHead(field, api.write);
}

/** Expects one refusal, after which the connection is closed. */
async function expectRefused(
  request: string | Uint8Array,
  statuses: readonly number[] = [400],
): Promise<void> {
  const bytes = Buffer.concat([Buffer.from(request), Buffer.from(NEXT_REQUEST)]);
  const { answers, isClosed } = await exchange(api.port, [bytes], 3);
  expect([answers.length, isClosed]).toEqual([1, true]);
  expect(answers[0]?.status).toBeOneOf([...statuses]);
}

const EMPTY = `${chunk("{}")}${chunk("")}`;

describe("a request with two framings of its body is refused:", () => {
  const TWO_THINGS: readonly (readonly [name: string, fields: string, body: string])[] = [
    ["a length and chunks", `${lengthField(5)}\r\n${CHUNKED}`, EMPTY],
    ["chunks and a length", `${CHUNKED}\r\n${lengthField(5)}`, EMPTY],
    ["two lengths", `${lengthField(2)}\r\n${lengthField(3)}`, "{}"],
    ["a list of lengths", "Content-Length: 2, 2", "{}"],
    ["two numbers", "Content-Length: 2 2", "{}"],
    ["a negative length", "Content-Length: -1", "{}"],
    ["a length with a sign", "Content-Length: +2", "{}"],
    ["a hexadecimal length", "Content-Length: 0x2", "{}"],
    ["a length with more behind it", "Content-Length: 2;x", "{}"],
    ["no length", "Content-Length:", "{}"],
    ["a length beyond all bounds", "Content-Length: 99999999999999999999999999", "{}"],
    ["another coding", "Transfer-Encoding: gzip", "{}"],
    ["a coding that ends alike", "Transfer-Encoding: xchunked", EMPTY],
    ["a coding with a parameter", "Transfer-Encoding: chunked;x=y", EMPTY],
    ["a coding in quotes", 'Transfer-Encoding: "chunked"', EMPTY],
    ["a coding behind a control character", "Transfer-Encoding: \u000bchunked", EMPTY],
    ["no coding", "Transfer-Encoding:", EMPTY],
    ["identity", "Transfer-Encoding: identity", EMPTY],
    ["identity and a length", `Transfer-Encoding: identity\r\n${lengthField(2)}`, "{}"],
    ["a coding before the chunks", "Transfer-Encoding: gzip, chunked", EMPTY],
    ["a coding behind the chunks", "Transfer-Encoding: chunked, identity", EMPTY],
    ["chunks in chunks", "Transfer-Encoding: chunked, chunked", EMPTY],
    ["chunks twice", `${CHUNKED}\r\n${CHUNKED}`, EMPTY],
    ["a space behind the name", "Transfer-Encoding : chunked", EMPTY],
    ["a coding on the next line", "Transfer-Encoding:\r\n chunked", EMPTY],
  ];
  test.each(TWO_THINGS)("%s", async (_, fields, body) => {
    await expectRefused(head(fields) + body);
  });

  test("chunks of HTTP/1.0", async () => {
    for (const connection of ["close", "keep-alive"]) {
      const request = head(`${CHUNKED}\r\nConnection: ${connection}`).replace("HTTP/1.1", "HTTP/1.0");
      await expectRefused(request + EMPTY);
    }
  });
});

test("the same length twice is refused where a body is read, and never reads more than the limit", async () => {
  for (const size of [2, 1_000_000]) {
    const field = `${lengthField(size)}\r\n${lengthField(size)}`;
    const answer = await answerTo(api.port, head(field), "{}".padEnd(size));
    const message = "must be given once, in digits";
    expectFailure(answer, "bad_request", { data: { issues: [{ path: "Content-Length", message }] } });
  }
});

describe("wrong chunks end the request and the connection:", () => {
  test.each([
    ["no number", "zz\r\n{}\r\n"],
    ["no size", "\r\n{}\r\n"],
    ["a sign", "+2\r\n{}\r\n"],
    ["less than nothing", "-2\r\n{}\r\n"],
    ["0x", "0x2\r\n{}\r\n"],
    ["a space before the size", " 2\r\n{}\r\n"],
    ["a space behind the size", "2 \r\n{}\r\n"],
    ["a size beyond all bounds", "ffffffffffffffff2\r\n{}\r\n"],
    ["more than the size says", "2\r\n{}{}\r\n"],
    ["a bare newline", "2\n{}\n0\n\n"],
    ["a newline in an extension", "2;a\nb\r\n{}\r\n"],
  ])("%s", async (_, body) => {
    await expectRefused(`${head(CHUNKED)}${body}${chunk("")}`);
  });
});

test("trailers are neither read nor taken for a request", async () => {
  const smuggled = rawRequest({ target: SMUGGLED, fields: ["Host: x"] });
  const trailers = ["Authorization: Bearer x\r\n\r\n", `x: y\r\n${smuggled}`, smuggled, `xx${smuggled}`];
  for (const trailer of trailers) {
    const body = `${chunk("{}")}0\r\n${trailer}`;
    const { answers, isClosed } = await exchange(api.port, [head(CHUNKED) + body + NEXT_REQUEST], 3);
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    expect(isClosed).toBe(true);
  }
});

describe("a head that can be read in two ways is refused:", () => {
  test.each([
    ["a folded line", "X-A: b\r\n c"],
    ["a folded line with a tab", "X-A: b\r\n\tc"],
    ["a space in a name", "X A: b"],
    ["a space behind a name", "Host : y"],
    ["a tab behind a name", "X-A\t: b"],
    ["no name", ": b"],
    ["no colon", "X-A"],
    ["brackets in a name", "X(A): b"],
    ["a bare newline", "X-A: b\nX-B: c"],
    ["a bare carriage return", "X-A: b\rX-B: c"],
    ["NUL in a value", "X-A: b\0c"],
    ["a control character in a value", "X-A: b\u0001c"],
  ])("%s", async (_, field) => {
    await expectRefused(head(field));
  });

  test("a name that is not ASCII", async () => {
    await expectRefused(Buffer.from(head("X-\u00e9: b"), "latin1"));
  });

  test.each([
    ["lines that end in a newline alone", "GET /healthz HTTP/1.1\nHost: x\n\n"],
    ["a newline alone at the end", "GET /healthz HTTP/1.1\r\nHost: x\r\n\n"],
    ["empty lines before it", "\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a space before it", " GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["two spaces", "GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["two spaces behind the target", "GET /healthz  HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["tabs", "GET\t/healthz\tHTTP/1.1\r\nHost: x\r\n\r\n"],
    ["no version", "GET /healthz\r\nHost: x\r\n\r\n"],
    ["another version", "GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n"],
    ["version 2", "GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n"],
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a version in lower case", "GET /healthz http/1.1\r\nHost: x\r\n\r\n"],
  ])("%s", async (_, request) => {
    await expectRefused(request, [400, 505]);
  });
});

test("no upgrade is made: this request and the next one get answers of HTTP/1.1", async () => {
  for (const upgrade of ["h2c", "websocket", "foo/9", "websocket, h2c"]) {
    const connection = ["Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"];
    const fields = ["Host: x", ...connection, `Upgrade: ${upgrade}`];
    const request = rawRequest({ method: "GET", target: "/healthz", fields });
    const { answers } = await exchange(api.port, [request, NEXT_REQUEST], 2);
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual([
      '200 {"status":"ok"}',
      '200 {"status":"ok"}',
    ]);
  }
});

test("the body of a GET is not taken for a request", async () => {
  const smuggled = rawRequest({ target: SMUGGLED, fields: ["Host: x"] });
  for (const [field, body, statuses] of [
    [lengthField(smuggled.length), smuggled, [200, 200]],
    // A chunked body ends the connection.
    [CHUNKED, chunk(smuggled) + chunk(""), [200]],
  ] as const) {
    const request = rawRequest({ method: "GET", target: "/healthz", fields: ["Host: x", field], body });
    const { answers } = await exchange(api.port, [request, NEXT_REQUEST], 2);
    expect(answers.map(({ status }) => status)).toEqual([...statuses]);
  }
});

test("an unknown expectation changes nothing", async () => {
  const request = head(`${lengthField(2)}\r\nExpect: something`);
  const { answers } = await exchange(api.port, [request, "{}", NEXT_REQUEST], 2);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

test("the answer to TRACE repeats nothing of the request", async () => {
  for (const [target, status] of [
    ["/healthz", 405],
    ["/publisher.v1/api-token/list", 405],
    ["/nope", 404],
  ] as const) {
    const fields = ["Host: x", `Authorization: Bearer ${api.write}`, "X-Canary: canary"];
    const { answers } = await exchange(api.port, [rawRequest({ method: "TRACE", target, fields })]);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(answers[0]?.text).not.toContain("canary");
  }
});
