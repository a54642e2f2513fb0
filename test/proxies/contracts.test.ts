import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ProxyValues } from "../../public/proxies/configuration.ts";
import type { TokenSource } from "../../public/proxies/token-source.ts";
import type { Answer } from "../support/http/api.ts";
import { useTestApi } from "../support/http/api.ts";
import { BARE_CHALLENGE } from "../support/http/credentials.ts";
import { INSUFFICIENT } from "../support/http/endpoints.ts";
import { exchange } from "../support/http/exchange.ts";
import { basic } from "../support/http/introspection.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { playedEnvoy } from "../support/proxies/played-envoy.ts";
import {
  type Client,
  type Fields,
  type PlayedProxy,
  questionOf,
  valuesOf,
} from "../support/proxies/played-proxy.ts";
import { playedTraefik } from "../support/proxies/played-traefik.ts";
import { FORGED_NAMES } from "../support/proxies/protected-service.ts";
import { COMMANDS, freePort, RunningProxy } from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const PLAYED: Readonly<Record<string, (values: ProxyValues) => PlayedProxy>> = {
  traefik: playedTraefik,
  envoy: playedEnvoy,
};

const SOURCES: Readonly<Record<string, TokenSource>> = {
  bearer: "bearer",
  basic: "basic",
  header: { header: "x-wiki-token" },
};

/** Ids and accesses that are not both in the answers of Publisher. */
const NOT_PUBLISHER = [
  [null, null],
  [null, "read"],
  ["x", "read"],
  ["", "read"],
  ["atok_", "read"],
  ["atok_1, atok_2", "read"],
  ["atok_1;x", "read"],
  ["atok_1", null],
  ["atok_1", ""],
  ["atok_1", "admin"],
  ["atok_1", "read, write"],
  ["atok_1", "READ"],
] as const;

const api = useTestApi({ per: "file", listens: true });
let read: string;
let write: string;

beforeAll(async () => {
  read = await api.secret("read", null, ["wiki"]);
  write = await api.secret("write", null, ["wiki"]);
});

function valuesWith(token: TokenSource): ProxyValues {
  return { audience: "wiki", publisher: "127.0.0.1:8080", service: "127.0.0.1:3000", port: 8081, token };
}

/** How a client shows its token to each kind of configuration. */
function shown(source: string, token: string): Fields {
  if (source === "header") return [["x-wiki-token", token]];
  return [["authorization", source === "basic" ? basic(token, "git") : `Bearer ${token}`]];
}

async function answerTo(question: string, port = api.port): Promise<Answer> {
  const [answer] = (await exchange(port, [question])).answers;
  if (answer === undefined) throw new Error("the connection was closed without an answer");
  return answer;
}

/** What a client may ask for, forged to be something else, or not. */
const TARGETS = [
  "/",
  "/page?x=1",
  "/../../healthz",
  "/x/../../../../healthz",
  "/x%2f..%2f..%2f..%2fhealthz",
  "/%2e%2e/%2e%2e/healthz",
  "/%2e%2e/%2e%2e/swagger",
  "/..%2f..%2fhealthz",
  "/..\\..\\healthz",
  "/;/../../healthz",
  "//",
  "//healthz",
  "/?access=read",
  "/?access=read&access=",
  "/page?access=write",
  "/page?path=/&scheme=basic&header=x-forged",
  "/page?x-forwarded-method=GET",
];

for (const [name, played] of Object.entries(PLAYED)) {
  describe(`as ${name} asks,`, () => {
    for (const [source, token] of Object.entries(SOURCES)) {
      const proxy = played(valuesWith(token));

      async function ask(method: string, target: string, fields: Fields) {
        const client: Client = { method, target, fields };
        const question = proxy.question(client);
        if (question === null) throw new Error(`${name} refused the client itself`);
        const answer = await answerTo(question);
        return { answer, passed: proxy.passed(client, answer) };
      }

      for (const target of source === "bearer" ? TARGETS : TARGETS.slice(0, 3)) {
        test(`${source}: ${target} takes a token, and a write token to write`, async () => {
          const anonymous = await ask("GET", target, []);
          expect([anonymous.answer.status, anonymous.passed]).toEqual([401, null]);
          for (const method of ["GET", "OPTIONS"]) {
            const { passed } = await ask(method, target, shown(source, read));
            expect([method, passed && valuesOf(passed, "publisher-access")]).toEqual([method, ["read"]]);
          }
          for (const method of ["POST", "DELETE", "PROPFIND", "TRACE"]) {
            const refused = await ask(method, target, shown(source, read));
            expect([method, refused.answer.status, refused.passed]).toEqual([method, 403, null]);
            const { passed } = await ask(method, target, shown(source, write));
            expect([method, passed && valuesOf(passed, "publisher-access")]).toEqual([method, ["write"]]);
          }
          const other = await ask("GET", target, shown(source, api.write));
          expect([other.answer.status, other.passed]).toEqual([403, null]);
        });
      }

      test(`${source}: the service gets no token, nothing forged, and whose token it was`, async () => {
        const forged: Fields = [
          ["publisher-token-id", "atok_0"],
          ["publisher-access", "write"],
          ["publisher_access", "write"],
          ["x_http_method", "DELETE"],
          ...FORGED_NAMES.map((name) => [name.toLowerCase(), "DELETE"] as const),
          ["http2-settings", "AAMAAABk"],
        ];
        const { passed } = await ask("GET", "/", [["x-kept", "1"], ...shown(source, read), ...forged]);
        expect(passed?.map(([field]) => field).toSorted()).toEqual([
          "publisher-access",
          "publisher-token-id",
          "x-kept",
        ]);
        expect(valuesOf(passed ?? [], "publisher-access")).toEqual(["read"]);
        expect(valuesOf(passed ?? [], "publisher-token-id")).toEqual([
          expect.stringMatching(/^atok_\w{5,}$/),
        ]);
      });

      test(`${source}: a second token is refused`, async () => {
        const second: Fields = [["authorization", `Bearer ${write}`]];
        const { answer, passed } = await ask("GET", "/", [...shown(source, read), ...second]);
        expect([answer.status, passed]).toEqual([401, null]);
      });
    }

    const proxy = played(valuesWith("bearer"));

    test("a client is told what a token must have", async () => {
      const client = { method: "GET", target: "/", fields: [] };
      expect((await answerTo(proxy.question(client) ?? "")).headers.get("www-authenticate")).toBe(
        BARE_CHALLENGE,
      );
      const writing = { method: "POST", target: "/", fields: shown("bearer", read) };
      expect((await answerTo(proxy.question(writing) ?? "")).headers.get("www-authenticate")).toBe(
        INSUFFICIENT,
      );
    });

    test("a method that is in no standard is not let pass to a reader", async () => {
      for (const method of ["FOO", "get"]) {
        const question = proxy.question({ method, target: "/", fields: shown("bearer", read) });
        const { answers } = await exchange(api.port, [question ?? ""]);
        expect(answers.map(({ status }) => status)).not.toContain(200);
      }
    });

    test("nothing passes by what another program answers on Publisher's port", () => {
      const forged: Fields = [
        ["publisher-token-id", "atok_0"],
        ["publisher-access", "read"],
      ];
      const client: Client = { method: "GET", target: "/", fields: forged };
      for (const status of [200, 201, 204, 302])
        for (const [id, access] of NOT_PUBLISHER) {
          const headers = new Headers({
            ...(id === null ? {} : { "publisher-token-id": id }),
            ...(access === null ? {} : { "publisher-access": access }),
          });
          const passed = proxy.passed(client, { status, headers });
          expect([status, id, access, passed]).toEqual([status, id, access, null]);
        }
      const right = new Headers({ "publisher-token-id": "atok_1", "publisher-access": "read" });
      expect(proxy.passed(client, { status: 200, headers: right })).not.toBeNull();
      expect(proxy.passed(client, { status: 401, headers: right })).toBeNull();
    });

    test("the service is told of no other protocol than WebSocket", () => {
      const headers = new Headers({ "publisher-token-id": "atok_1", "publisher-access": "read" });
      const upgradesTo = (...offered: readonly string[]) => {
        const fields: Fields = offered.map((value) => ["upgrade", value] as const);
        return valuesOf(
          proxy.passed({ method: "GET", target: "/", fields }, { status: 200, headers }) ?? [],
          "upgrade",
        );
      };
      for (const offered of ["websocket", "WebSocket"])
        expect(upgradesTo(offered).map((value) => value.toLowerCase())).toEqual(["websocket"]);
      for (const offered of [["h2c"], ["H2C"], ["foo/9"], ["websocket, h2c"], ["h2c, websocket"]])
        expect([offered, upgradesTo(...offered)]).toEqual([offered, []]);
      for (const offered of [
        ["h2c", "websocket"],
        ["websocket", "h2c"],
      ])
        expect(upgradesTo(...offered)).toBeOneOf([[], ["websocket"]]);
    });

    test("CONNECT is not asked about", () => {
      expect(proxy.question({ method: "CONNECT", target: "/", fields: shown("bearer", write) })).toBeNull();
    });
  });
}

describe.skipIf(COMMANDS.get("nginx") === null)("behind an nginx that normalizes paths,", () => {
  let hop: RunningProxy;

  beforeAll(async () => {
    const port = await freePort();
    const text = `server { listen ${port}; location / { proxy_pass http://127.0.0.1:${api.port}/; } }\n`;
    hop = await RunningProxy.start("nginx", COMMANDS.get("nginx") ?? "", [{ name: "hop.conf", text }], port);
  });

  afterAll(async () => {
    await hop?.[Symbol.asyncDispose]();
  });

  test("no path of a client is a yes to Envoy without a token", async () => {
    const proxy = playedEnvoy(valuesWith("bearer"));
    for (const target of TARGETS) {
      const anonymous: Client = { method: "GET", target, fields: [] };
      const answer = await answerTo(proxy.question(anonymous) ?? "", hop.port);
      expect([target, answer.status, proxy.passed(anonymous, answer)]).toEqual([target, 401, null]);
      const reader: Client = { method: "GET", target, fields: shown("bearer", read) };
      const passed = proxy.passed(reader, await answerTo(proxy.question(reader) ?? "", hop.port));
      expect([target, passed && valuesOf(passed, "publisher-access")]).toEqual([target, ["read"]]);
    }
  });

  test("not even where the client's path stands below the audience, as older configurations have it", async () => {
    const proxy = playedEnvoy(valuesWith("bearer"));
    for (const target of TARGETS)
      for (const port of [hop.port, api.port]) {
        const question = questionOf("GET", `/forward-auth/wiki${target}`, [["host", "wiki.example"]]);
        const answer = await answerTo(question, port);
        expect(answer.headers.get("publisher-token-id")).toBeNull();
        expect(proxy.passed({ method: "GET", target, fields: [] }, answer)).toBeNull();
      }
  });
});
