import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ProxyValues } from "../../public/proxies/configuration.ts";
import type { TokenSource } from "../../public/proxies/token-source.ts";
import { useTestApi } from "../support/http/api.ts";
import { BARE_CHALLENGE } from "../support/http/credentials.ts";
import { INSUFFICIENT } from "../support/http/endpoints.ts";
import { answerTo, exchange } from "../support/http/exchange.ts";
import { basic } from "../support/http/introspection.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import {
  type Client,
  type Fields,
  type PlayedProxy,
  playedEnvoy,
  playedTraefik,
  questionOf,
  valuesOf,
} from "../support/proxies/played-proxies.ts";
import { FORGED_NAMES } from "../support/proxies/protected-service.ts";
import { COMMANDS, freePort, RunningProxy } from "../support/proxies/running-proxy.ts";
import { words } from "../support/words.ts";

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

/** Ids and accesses that are never in one answer of Publisher. */
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

/** The fields in which a client sends its token, by the source. */
function shown(source: string, token: string): Fields {
  if (source === "header") return [["x-wiki-token", token]];
  return [["authorization", source === "basic" ? basic(token, "git") : `Bearer ${token}`]];
}

const PUBLISHER = new Headers({ "publisher-token-id": "atok_1", "publisher-access": "read" });

/** Targets of a client, some of them forged. */
const TARGETS = words`
  / /page?x=1 /../../healthz /x/../../../../healthz /x%2f..%2f..%2f..%2fhealthz /%2e%2e/%2e%2e/healthz
  /%2e%2e/%2e%2e/swagger /..%2f..%2fhealthz /..\..\healthz /;/../../healthz // //healthz /?access=read
  /?access=read&access= /page?access=write /page?path=/&scheme=basic&header=x-forged
  /page?x-forwarded-method=GET`;

describe.each(Object.keys(PLAYED))("as %s asks,", (name) => {
  const played = (token: TokenSource) => {
    const proxy = PLAYED[name]?.(valuesWith(token));
    if (proxy === undefined) throw new Error(`${name} is not played`);
    return proxy;
  };

  describe.each(Object.entries(SOURCES))("%s:", (source, token) => {
    const proxy = played(token);

    /** Returns Publisher's status, and the fields that the service gets. */
    async function ask(method: string, target: string, fields: Fields) {
      const client: Client = { method, target, fields };
      const question = proxy.question(client);
      if (question === null) throw new Error(`${name} refused the client itself`);
      const answer = await answerTo(api.port, question);
      return [answer.status, proxy.passed(client, answer)] as const;
    }

    async function expectAccess(access: string, method: string, target: string, secret: string) {
      const [, passed] = await ask(method, target, shown(source, secret));
      expect([method, passed && valuesOf(passed, "publisher-access")]).toEqual([method, [access]]);
    }

    test.each(source === "bearer" ? TARGETS : TARGETS.slice(0, 3))(
      "%s takes a token, and a write token to write",
      async (target) => {
        expect(await ask("GET", target, [])).toEqual([401, null]);
        for (const method of ["GET", "OPTIONS"]) await expectAccess("read", method, target, read);
        for (const method of ["POST", "DELETE", "PROPFIND", "TRACE"]) {
          expect(await ask(method, target, shown(source, read))).toEqual([403, null]);
          await expectAccess("write", method, target, write);
        }
        expect(await ask("GET", target, shown(source, api.write))).toEqual([403, null]);
      },
    );

    test("the service gets the token's id and access, no token and nothing forged", async () => {
      const forged: Fields = [
        ["publisher-token-id", "atok_0"],
        ["publisher-access", "write"],
        ["publisher_access", "write"],
        ["x_http_method", "DELETE"],
        ...FORGED_NAMES.map((header) => [header.toLowerCase(), "DELETE"] as const),
        ["http2-settings", "AAMAAABk"],
      ];
      const [, passed] = await ask("GET", "/", [["x-kept", "1"], ...shown(source, read), ...forged]);
      expect(passed?.toSorted()).toEqual([
        ["publisher-access", "read"],
        ["publisher-token-id", expect.stringMatching(/^atok_\w{5,}$/)],
        ["x-kept", "1"],
      ]);
    });

    test("a second token is refused", async () => {
      const second: Fields = [["authorization", `Bearer ${write}`]];
      expect(await ask("GET", "/", [...shown(source, read), ...second])).toEqual([401, null]);
    });
  });

  const proxy = played("bearer");

  test("a refusal has the challenge", async () => {
    for (const [method, fields, challenge] of [
      ["GET", [], BARE_CHALLENGE],
      ["POST", shown("bearer", read), INSUFFICIENT],
    ] as const) {
      const { headers } = await answerTo(api.port, proxy.question({ method, target: "/", fields }) ?? "");
      expect(headers.get("www-authenticate")).toBe(challenge);
    }
  });

  test("a reader cannot use an unknown method", async () => {
    for (const method of ["FOO", "get"]) {
      const question = proxy.question({ method, target: "/", fields: shown("bearer", read) });
      const { answers } = await exchange(api.port, [question ?? ""]);
      expect(answers.map(({ status }) => status)).not.toContain(200);
    }
  });

  test("an answer of another program on Publisher's port passes nothing", () => {
    const client: Client = { method: "GET", target: "/", fields: [...PUBLISHER] };
    for (const status of [200, 201, 204, 302])
      for (const [id, access] of NOT_PUBLISHER) {
        const headers = new Headers({
          ...(id === null ? {} : { "publisher-token-id": id }),
          ...(access === null ? {} : { "publisher-access": access }),
        });
        expect([status, id, access, proxy.passed(client, { status, headers })]).toEqual([
          status,
          id,
          access,
          null,
        ]);
      }
    expect(proxy.passed(client, { status: 200, headers: PUBLISHER })).not.toBeNull();
    expect(proxy.passed(client, { status: 401, headers: PUBLISHER })).toBeNull();
  });

  test("the service gets an offer of WebSocket, and of no other protocol", () => {
    const upgradesTo = (...offered: readonly string[]) => {
      const fields: Fields = offered.map((value) => ["upgrade", value] as const);
      const passed = proxy.passed(
        { method: "GET", target: "/", fields },
        { status: 200, headers: PUBLISHER },
      );
      return valuesOf(passed ?? [], "upgrade").map((value) => value.toLowerCase());
    };
    for (const offered of ["websocket", "WebSocket"]) expect(upgradesTo(offered)).toEqual(["websocket"]);
    for (const offered of ["h2c", "H2C", "foo/9", "websocket, h2c", "h2c, websocket"])
      expect([offered, upgradesTo(offered)]).toEqual([offered, []]);
    expect(upgradesTo("h2c", "websocket")).toBeOneOf([[], ["websocket"]]);
    expect(upgradesTo("websocket", "h2c")).toBeOneOf([[], ["websocket"]]);
  });

  test("CONNECT is refused without a question", () => {
    expect(proxy.question({ method: "CONNECT", target: "/", fields: shown("bearer", write) })).toBeNull();
  });
});

describe.skipIf(COMMANDS.get("nginx") === null)("behind an nginx that normalizes paths,", () => {
  let hop: RunningProxy;

  beforeAll(async () => {
    const port = await freePort();
    const text = `server { listen ${port}; location / { proxy_pass http://127.0.0.1:${api.port}/; } }\n`;
    hop = await RunningProxy.start("nginx", COMMANDS.get("nginx") ?? "", [{ name: "hop.conf", text }], port);
  });

  afterAll(() => hop[Symbol.asyncDispose]());

  test("no path passes Envoy without a token", async () => {
    const proxy = playedEnvoy(valuesWith("bearer"));
    for (const target of TARGETS) {
      const anonymous: Client = { method: "GET", target, fields: [] };
      const answer = await answerTo(hop.port, proxy.question(anonymous) ?? "");
      expect([target, answer.status, proxy.passed(anonymous, answer)]).toEqual([target, 401, null]);
      const reader: Client = { method: "GET", target, fields: shown("bearer", read) };
      const passed = proxy.passed(reader, await answerTo(hop.port, proxy.question(reader) ?? ""));
      expect([target, passed && valuesOf(passed, "publisher-access")]).toEqual([target, ["read"]]);
    }
  });

  test("nor does one below the audience, as in older configurations", async () => {
    const proxy = playedEnvoy(valuesWith("bearer"));
    for (const target of TARGETS)
      for (const port of [hop.port, api.port]) {
        const question = questionOf("GET", `/forward-auth/wiki${target}`, [["host", "wiki.example"]]);
        const answer = await answerTo(port, question);
        expect(answer.headers.get("publisher-token-id")).toBeNull();
        expect(proxy.passed({ method: "GET", target, fields: [] }, answer)).toBeNull();
      }
  });
});
