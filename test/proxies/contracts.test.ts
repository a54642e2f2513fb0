import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { BARE_CHALLENGE } from "../support/credentials.ts";
import { INSUFFICIENT } from "../support/endpoints.ts";
import { exchange, rawRequest } from "../support/exchange.ts";
import { ListeningApi } from "../support/listening-api.ts";

const WIKI = "/forward-auth/wiki";

let server: ListeningApi;
let read: string;
let write: string;

beforeAll(async () => {
  server = await ListeningApi.start();
  read = await server.api.secret("read", null, ["wiki"]);
  write = await server.api.secret("write", null, ["wiki"]);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** What a client sends to a proxy. */
interface Client {
  readonly method: string;
  readonly target: string;
  readonly token: string | null;
}

type Question = (client: Client) => string;

/**
 * As Traefik asks with `authRequestHeaders: [Authorization]` and `trustForwardHeader: false`: by GET, at its address
 * as it is. https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/middlewares/forwardauth
 */
const traefik: Question = ({ method, target, token }) =>
  rawRequest({
    method: "GET",
    target: WIKI,
    fields: [
      "Host: 127.0.0.1:8080",
      ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
      "X-Forwarded-For: 203.0.113.9",
      "X-Forwarded-Host: wiki.example",
      `X-Forwarded-Method: ${method}`,
      "X-Forwarded-Port: 80",
      "X-Forwarded-Proto: http",
      `X-Forwarded-Uri: ${target}`,
      "Accept-Encoding: gzip",
    ],
  });

/**
 * As Envoy asks: by the client's method, at the prefix with the client's path and query behind it, with the headers
 * that are always allowed. https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/filters/http/ext_authz/v3/ext_authz.proto
 */
const envoy: Question = (client) => envoyAt(WIKI, client);

function envoyAt(prefix: string, { method, target, token }: Client): string {
  return rawRequest({
    method,
    target: prefix + target,
    fields: [
      "host: wiki.example",
      ...(token === null ? [] : [`authorization: Bearer ${token}`]),
      "content-length: 0",
      "x-envoy-internal: true",
      "x-forwarded-for: 203.0.113.9",
      "x-envoy-expected-rq-timeout-ms: 5000",
    ],
  });
}

const QUESTIONS = { traefik, envoy };

/** What a client may ask for, forged to be something else, or not. */
const TARGETS = [
  "/",
  "/page?x=1",
  "/../../healthz",
  "/%2e%2e/%2e%2e/healthz",
  "/..%2f..%2fhealthz",
  "//",
  "//healthz",
  "/?access=read",
  "/?access=read&access=",
  "/page?x-forwarded-method=GET",
];

for (const [name, question] of Object.entries(QUESTIONS)) {
  describe(`as ${name} asks,`, () => {
    async function answerTo(client: Client) {
      const [answer] = (await exchange(server.port, [question(client)])).answers;
      if (answer === undefined) throw new Error("the connection was closed without an answer");
      return answer;
    }

    for (const target of TARGETS) {
      test(`${target} takes a token`, async () => {
        const anonymous = await answerTo({ method: "GET", target, token: null });
        expect(anonymous.status).toBe(401);
        expect(anonymous.headers.get("www-authenticate")).toBe(BARE_CHALLENGE);
        for (const method of ["GET", "OPTIONS"]) {
          const { status, headers } = await answerTo({ method, target, token: read });
          expect([method, status, headers.get("publisher-access")]).toEqual([method, 200, "read"]);
        }
        expect((await answerTo({ method: "GET", target, token: server.api.write })).status).toBe(403);
      });

      test(`${target} takes a write token to write`, async () => {
        for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"]) {
          const refused = await answerTo({ method, target, token: read });
          expect([method, refused.status]).toEqual([method, 403]);
          expect(refused.headers.get("www-authenticate")).toBe(INSUFFICIENT);
          const { status, headers } = await answerTo({ method, target, token: write });
          expect([method, status, headers.get("publisher-access")]).toEqual([method, 200, "write"]);
        }
      });
    }

    test("a method that is in no standard is not let pass to a reader", async () => {
      for (const method of ["FOO", "get"]) {
        const { answers } = await exchange(server.port, [question({ method, target: "/", token: read })]);
        expect(answers.map(({ status }) => status)).not.toContain(200);
      }
    });
  });
}

test("a client of Envoy can raise what is asked of it, by its own query", async () => {
  const target = "/page?access=write";
  const [answer] = (await exchange(server.port, [envoy({ method: "GET", target, token: read })])).answers;
  expect(answer?.status).toBe(403);
});

test("an operator can raise what Envoy's clients are asked for, and none of them can lower it", async () => {
  const prefix = `${WIKI}?access=write`;
  for (const target of TARGETS) {
    for (const [token, status] of [
      [read, 403],
      [write, 200],
    ] as const) {
      const question = envoyAt(prefix, { method: "GET", target, token });
      const [answer] = (await exchange(server.port, [question])).answers;
      expect([target, answer?.status]).toEqual([target, status]);
    }
  }
});
