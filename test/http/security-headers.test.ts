import { describe, expect, test } from "bun:test";
import { expectHardened } from "../support/hardened.ts";
import { type Sent, useTestApi } from "../support/http/api.ts";
import { words } from "../support/words.ts";

const LIST = "/publisher.v1/api-token/list";
const CREATE = "/publisher.v1/api-token/create";

const api = useTestApi({ per: "file", listens: true });

/** Headers that a page of another site sends with a request, and before it. */
const FOREIGN = {
  origin: "https://evil.example",
  "access-control-request-method": "POST",
  "access-control-request-headers": "authorization",
  cookie: "session=1",
};

test.each<Sent & { readonly path: string; readonly status: number }>([
  { path: LIST, status: 200 },
  { path: CREATE, body: { access: "read" }, status: 200 },
  { path: CREATE, status: 400 },
  { path: LIST, token: null, status: 401 },
  { path: LIST, method: "OPTIONS", token: null, status: 401 },
  { path: CREATE, token: "Bearer x", status: 401 },
  { path: "/publisher.v1/nope", status: 404 },
  { path: LIST, method: "HEAD", status: 405 },
  { path: LIST, method: "OPTIONS", status: 405 },
  { path: LIST, body: " ".repeat(65_537), status: 413 },
  { path: LIST, headers: { "content-type": "text/plain" }, status: 415 },
  { path: "/healthz", method: "GET", token: null, status: 200 },
  { path: "/readyz", method: "HEAD", token: null, status: 200 },
  { path: "/healthz", method: "OPTIONS", token: null, status: 405 },
  { path: "/nope", method: "HEAD", token: null, status: 404 },
  { path: "/nope", method: "OPTIONS", token: null, status: 404 },
])("browsers neither share nor store the answer to $path: $status", async ({ path, status, ...sent }) => {
  // `send` checks the other headers of each answer.
  const { headers, ...answer } = await api.send(path, {
    ...sent,
    headers: { ...FOREIGN, ...sent.headers },
  });
  expect(answer.status).toBe(status);
  expect(headers.get("cache-control")).toBe("no-store");
});

async function fetched(method: string, path: string, token: string | null = null): Promise<Response> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return await fetch(`http://127.0.0.1:${api.port}${path}`, { method, headers });
}

describe("on a socket,", () => {
  test.each([...words`/healthz /readyz /nope /nope?x=1 /publisher.v1/nope /publisher.v1`, LIST])(
    "HEAD %s is answered as GET, without a body",
    async (path) => {
      for (const token of [null, api.write]) {
        const get = await fetched("GET", path, token);
        const head = await fetched("HEAD", path, token);
        expect([head.status, await head.text()]).toEqual([get.status, ""]);
        expectHardened(head.headers);
        const comparable = ({ headers }: Response) =>
          [...headers].filter(([name]) => !["trace-id", "date"].includes(name)).toSorted();
        expect(comparable(head)).toEqual(comparable(get));
        expect(Number(head.headers.get("content-length"))).toBe(Buffer.byteLength(await get.text()));
      }
    },
  );

  test("every unknown path has the same 404", async () => {
    for (const path of words`
      /nope /healthz/ /healthz/x /HEALTHZ /health /publisher.v2/api-token/list /publisher.v1.bak /.env
      /nope?path=/healthz /__proto__ /constructor`)
      for (const method of words`GET POST PUT DELETE OPTIONS`) {
        const answer = await fetched(method, path);
        const traceId = answer.headers.get("trace-id");
        const error = { code: "not_found", message: "There is nothing at this path", trace_id: traceId };
        expect(await answer.json()).toStrictEqual({ error: { ...error, data: { resource: "endpoint" } } });
        expect([method, path, answer.status]).toEqual([method, path, 404]);
        expectHardened(answer.headers, path);
      }
  });
});
