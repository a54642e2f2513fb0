import { describe, expect, test } from "bun:test";
import { expectHardened } from "../support/hardened.ts";
import type { Answer, Sent } from "../support/http/api.ts";
import { useTestApi } from "../support/http/api.ts";

const api = useTestApi({ per: "file", listens: true });

const LIST = "/publisher.v1/api-token/list";
/** What a page of another site would send with a request, and before it. */
const FOREIGN = {
  origin: "https://evil.example",
  "access-control-request-method": "POST",
  "access-control-request-headers": "authorization",
  cookie: "session=1",
};

type Request = Sent & { readonly path: string; readonly status: number };

const ANSWERS: readonly Request[] = [
  { path: LIST, status: 200 },
  { path: "/publisher.v1/api-token/create", body: { access: "read" }, status: 200 },
  { path: "/publisher.v1/api-token/create", status: 400 },
  { path: LIST, token: null, status: 401 },
  { path: "/publisher.v1/nope", status: 404 },
  { path: "/publisher.v1/api-token/get", body: { id: "atok_0" }, status: 404 },
  { path: LIST, method: "GET", status: 405 },
  { path: LIST, method: "HEAD", status: 405 },
  { path: LIST, method: "OPTIONS", token: null, status: 401 },
  { path: LIST, method: "OPTIONS", status: 405 },
  { path: LIST, body: " ".repeat(65_537), status: 413 },
  { path: LIST, headers: { "content-type": "text/plain" }, status: 415 },
  { path: "/healthz", method: "GET", token: null, status: 200 },
  { path: "/healthz", method: "HEAD", token: null, status: 200 },
  { path: "/readyz", method: "GET", token: null, status: 200 },
  { path: "/readyz", method: "HEAD", token: null, status: 200 },
  { path: "/healthz", method: "OPTIONS", token: null, status: 405 },
  { path: "/nope", method: "GET", token: null, status: 404 },
  { path: "/nope", method: "HEAD", token: null, status: 404 },
  { path: "/nope", method: "POST", token: null, status: 404 },
  { path: "/nope", method: "OPTIONS", token: null, status: 404 },
];

describe("no answer is to be framed, sniffed, shared or remembered by a browser:", () => {
  for (const { path, status, ...sent } of ANSWERS) {
    const { method = "POST" } = sent;
    test(`${status} to ${method} ${path}`, async () => {
      const answer = await api.send(path, { ...sent, headers: { ...FOREIGN, ...sent.headers } });
      expect(answer.status).toBe(status);
      expectHardened(answer.headers);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    });
  }

  test("500, 503 and the answer of a server that is stopping", async () => {
    const { list } = api.store;
    api.store.list = () => Promise.reject(new Error("boom"));
    const broken = await api.call("api-token/list");
    api.store.list = list.bind(api.store);
    api.isStopping = true;
    const stopping = await api.call("api-token/list");
    api.isStopping = false;
    expect([broken.status, stopping.status]).toEqual([500, 503]);
    for (const { headers } of [broken, stopping]) {
      expectHardened(headers, JSON.stringify([...headers]));
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });
});

/** The answer over the socket, so as a client gets it. */
async function fetched(method: string, path: string, token: string | null = null): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${api.port}${path}`, {
    method,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: response.status, headers: response.headers, text: await response.text(), json: null };
}

describe("HEAD is answered as GET is, without the body:", () => {
  for (const path of [
    "/healthz",
    "/readyz",
    "/nope",
    "/nope?x=1",
    LIST,
    "/publisher.v1/nope",
    "/publisher.v1",
  ]) {
    for (const isKnown of [false, true]) {
      test(`${path}, ${isKnown ? "with" : "without"} a token`, async () => {
        const token = isKnown ? api.write : null;
        const get = await fetched("GET", path, token);
        const head = await fetched("HEAD", path, token);
        expect(head.text).toBe("");
        expect(head.status).toBe(get.status);
        expectHardened(head.headers);
        const comparable = ({ headers }: Answer) =>
          [...headers].filter(([name]) => !["trace-id", "date"].includes(name)).toSorted();
        expect(comparable(head)).toEqual(comparable(get));
        expect(Number(head.headers.get("content-length"))).toBe(Buffer.byteLength(get.text));
      });
    }
  }
});

describe("a wrong method outside is a 405 that says which are right:", () => {
  for (const path of ["/healthz", "/readyz"]) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      test(`${method} ${path}`, async () => {
        const answer = await fetched(method, path);
        expect(answer.status).toBe(405);
        expect(answer.headers.get("allow")).toBe("GET, HEAD");
        expect(JSON.parse(answer.text).error.code).toBe("method_not_allowed");
      });
    }
  }
});

describe("a path that is not there is the one 404:", () => {
  for (const path of [
    "/nope",
    "/healthz/",
    "/healthz/x",
    "/HEALTHZ",
    "/health",
    "/publisher.v2/api-token/list",
    "/publisher.v1.bak",
    "/.env",
    "/nope?path=/healthz",
    "/__proto__",
    "/constructor",
  ]) {
    test(path, async () => {
      for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS"]) {
        const answer = await fetched(method, path);
        expect(answer.status, method).toBe(404);
        expect(JSON.parse(answer.text), method).toStrictEqual({
          error: {
            code: "not_found",
            message: expect.stringMatching(/\S/),
            data: { resource: "endpoint" },
            trace_id: answer.headers.get("trace-id"),
          },
        });
        expectHardened(answer.headers, method);
      }
    });
  }
});
