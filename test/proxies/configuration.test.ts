import { describe, expect, test } from "bun:test";
import { join, resolve } from "node:path";
import {
  PROXY_KINDS,
  type ProxyKind,
  type ProxyValues,
  proxyConfiguration,
  USUAL_VALUES,
} from "../../public/proxies/configuration.ts";
import { proxySteps } from "../../public/proxies/steps.ts";
import type { TokenSource } from "../../public/proxies/token-source.ts";

const DOCS = resolve(import.meta.dir, "../../docs/proxies");

/** What the pages show. */
const EXAMPLE: ProxyValues = { audience: "wiki", ...USUAL_VALUES };

describe("the page of each proxy prints what the template gives:", () => {
  for (const kind of PROXY_KINDS) {
    test(kind, async () => {
      const page = await Bun.file(join(DOCS, `${kind}.md`)).text();
      const printed = [...page.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text]) => text);
      expect(printed).toEqual(proxyConfiguration(kind, EXAMPLE).map(({ text }) => text));
    });
  }

  test("and the overview leads to every page", async () => {
    const overview = await Bun.file(join(DOCS, "README.md")).text();
    for (const kind of PROXY_KINDS) expect(overview).toContain(`(${kind}.md)`);
  });
});

describe("the page of each proxy says where the files go and how they are read again:", () => {
  for (const kind of PROXY_KINDS) {
    test(kind, async () => {
      const page = await Bun.file(join(DOCS, `${kind}.md`)).text();
      for (const { path } of proxyConfiguration(kind, EXAMPLE)) expect(page).toContain(`\`${path}\``);
      expect(page).toContain(`\`${proxySteps(kind, EXAMPLE).reload}\``);
      expect(page).toContain(`${USUAL_VALUES.port}`);
    });
  }

  test("and the overview how it is tried, and what Publisher is told", async () => {
    const overview = (await Bun.file(join(DOCS, "README.md")).text()).split("\n");
    const { trial, option } = proxySteps("nginx", EXAMPLE);
    expect(overview).toContain(`    ${trial}`);
    expect(overview).toContain(`    publisher ${option}`);
  });
});

test.each([
  ["127.0.0.1:8080", "127.0.0.1"],
  ["127.0.0.2:8080", "127.0.0.2"],
  ["[::1]:8080", "::1"],
  ["localhost:8080", "127.0.0.1,::1"],
  ["unix:/run/publisher/publisher.sock", "unix"],
  ["10.0.0.1:8080", "ADDRESS-OF-THE-PROXY"],
])("for a Publisher at %s, the proxy is trusted as %s", (publisher, proxy) => {
  expect(proxySteps("caddy", { ...EXAMPLE, publisher }).option).toBe(`--trusted-proxies ${proxy}`);
});

test("the trial sends the token where the proxy looks for it, and never as an argument", () => {
  const trial = (token: TokenSource) => proxySteps("nginx", { ...EXAMPLE, token }).trial;
  expect(trial("basic")).toStartWith("printf 'Authorization: Bearer %s\\n' \"$SERVICE_TOKEN\" | curl ");
  expect(trial({ header: "x-wiki" })).toStartWith("printf 'x-wiki: %s\\n' \"$SERVICE_TOKEN\" | curl ");
  expect(trial("bearer").split("|")[1]).not.toContain("TOKEN");
});

const CHOICES: Readonly<Record<string, Partial<ProxyValues>>> = {
  "Basic's password": { token: "basic" },
  "a header of its own": { token: { header: "x-wiki-token" } },
  "a Unix socket": { publisher: "unix:/run/publisher/publisher.sock" },
};

function linesOf(kind: ProxyKind, values: ProxyValues): readonly string[] {
  const lines = proxyConfiguration(kind, values).flatMap(({ text }) => text.split("\n"));
  return lines.map((line) => line.trim()).filter((line) => !line.startsWith("#"));
}

describe("the page of each proxy tells every line that another choice changes:", () => {
  for (const kind of PROXY_KINDS)
    for (const [choice, values] of Object.entries(CHOICES)) {
      if (kind === "traefik" && values.publisher !== undefined) continue;
      test(`${kind}, ${choice}`, async () => {
        const page = await Bun.file(join(DOCS, `${kind}.md`)).text();
        const told = page.split("\n").map((line) => line.trim());
        const usual = linesOf(kind, EXAMPLE);
        const changed = linesOf(kind, { ...EXAMPLE, ...values }).filter((line) => !usual.includes(line));
        expect(changed.length).toBeGreaterThan(0);
        for (const line of changed) expect(told).toContain(line);
      });
    }
});

test("no pattern of Envoy takes away the method or the path, which are headers for Envoy", () => {
  const text = linesOf("envoy", EXAMPLE).join("\n");
  const patterns = [...text.matchAll(/key_matcher: \{ (\w+): (?:\{ regex: "(.*)" \}|(\S+)) \}/g)];
  expect(patterns.length).toBe(text.split("key_matcher").length - 1);
  for (const [, kind, regex = "", prefix = ""] of patterns) {
    expect(kind).toBeOneOf(["safe_regex", "prefix"]);
    const pattern = kind === "prefix" ? new RegExp(`^${prefix}`) : new RegExp(`^(?:${regex})$`);
    for (const name of [":method", ":path", ":authority", ":scheme", "host"])
      expect([String(pattern), name, pattern.test(name)]).toEqual([String(pattern), name, false]);
  }
});

test("Traefik is given no Unix socket, which it cannot reach", () => {
  const values = { ...EXAMPLE, publisher: "unix:/run/publisher/publisher.sock" };
  expect(() => proxyConfiguration("traefik", values)).toThrow("Traefik cannot reach Publisher by a socket");
});

test("every value is in its place, and none is left to fill in", () => {
  const values = { audience: "a-1", publisher: "[::1]:1234", service: "service.internal:65535", port: 80 };
  for (const kind of PROXY_KINDS) {
    const files = proxyConfiguration(kind, values);
    const text = files.map((file) => file.text).join("\n");
    expect(files.map(({ name }) => name).join() + text).not.toMatch(/<\w+\??>/);
    for (const word of ["/forward-auth/a-1", "service.internal", "65535", "1234", "80"])
      expect(text).toContain(word);
    expect(text).not.toContain("wiki");
  }
});

describe("a value that would be read as configuration is refused:", () => {
  const WRONG: readonly Partial<Record<keyof ProxyValues, unknown>>[] = [
    { audience: "" },
    { audience: "Wiki" },
    { audience: "a;b" },
    { audience: "a\nb" },
    { audience: "../x" },
    { publisher: "127.0.0.1" },
    { publisher: "http://127.0.0.1:8080" },
    { publisher: "127.0.0.1:8080;" },
    { publisher: "127.0.0.1:8080\n" },
    { publisher: "::1:8080" },
    { publisher: "unix:" },
    { publisher: "unix:publisher.sock" },
    { publisher: "unix:/run/a b" },
    { publisher: "unix:/run/publisher.sock;" },
    { publisher: `unix:/${"x".repeat(107)}` },
    { service: "unix:/run/wiki.sock" },
    { token: { header: "" } },
    { token: { header: "X-Wiki-Token" } },
    { token: { header: "authorization" } },
    { token: { header: "x-wiki-token;" } },
    { token: { header: "x-wiki-token\n" } },
    { token: { header: "x_wiki_token" } },
    { service: "127.0.0.1:0" },
    { service: "127.0.0.1:65536" },
    { service: "a b:80" },
    { service: "<port>:80" },
    { service: "$host:80" },
    { port: 0 },
    { port: 65_536 },
    { port: 1.5 },
    { port: Number.NaN },
  ];
  for (const wrong of WRONG) {
    test(JSON.stringify(wrong), () => {
      for (const kind of PROXY_KINDS)
        expect(() => proxyConfiguration(kind, Object.assign({ ...EXAMPLE }, wrong))).toThrow(RangeError);
    });
  }
});

test("a browser can have it: the bundle is whole, and asks for no runtime", async () => {
  const { outputs, success } = await Bun.build({
    entrypoints: [resolve(import.meta.dir, "../../public/proxies/configuration.ts")],
    target: "browser",
  });
  expect([success, outputs.length]).toEqual([true, 1]);
  const text = await outputs[0]?.text();
  expect(text).toContain("auth_request /publisher-forward-auth");
  expect(text).not.toMatch(/\bBun\b|node:|require\(|import\(/);
});

/** What YAML says, whatever the audience is. */
function parsed(kind: "traefik" | "envoy", audience: string): unknown[] {
  return proxyConfiguration(kind, { ...EXAMPLE, audience })
    .filter(({ name }) => name.endsWith(".yaml"))
    .map(({ text }) => Bun.YAML.parse(text));
}

describe("YAML that no test can run is at least what it is meant to be:", () => {
  for (const audience of ["wiki", "null", "1", "1e3", "on"]) {
    test(`Traefik's, for ${audience}`, () => {
      const [dynamic, fixed] = parsed("traefik", audience);
      expect(dynamic).toMatchObject({
        http: {
          routers: {
            [audience]: {
              rule: "PathPrefix(`/`) && !Method(`CONNECT`)",
              entryPoints: [audience],
              middlewares: [`${audience}-publisher`],
            },
            [`${audience}-websocket`]: {
              parentRefs: [audience],
              middlewares: [`${audience}-headers`, `${audience}-upgrade`],
              service: audience,
            },
            [`${audience}-http`]: {
              parentRefs: [audience],
              rule: "HeaderRegexp(`Publisher-Token-Id`, `^atok_[0-9A-Za-z]+$`) && HeaderRegexp(`Publisher-Access`, `^(read|write)$`)",
              middlewares: [`${audience}-headers`, `${audience}-no-upgrade`],
              service: audience,
            },
          },
          middlewares: {
            [`${audience}-publisher`]: {
              forwardAuth: {
                address: `http://127.0.0.1:8080/forward-auth/${audience}`,
                trustForwardHeader: false,
                authRequestHeaders: ["Authorization"],
                authResponseHeaders: ["Publisher-Token-Id", "Publisher-Access"],
                forwardBody: false,
              },
            },
            [`${audience}-headers`]: { headers: { customRequestHeaders: { Authorization: "" } } },
            [`${audience}-upgrade`]: { headers: { customRequestHeaders: { Upgrade: "websocket" } } },
            [`${audience}-no-upgrade`]: { headers: { customRequestHeaders: { Upgrade: "" } } },
          },
          services: { [audience]: { loadBalancer: { servers: [{ url: "http://127.0.0.1:3000" }] } } },
        },
      });
      expect(fixed).toMatchObject({
        entryPoints: { [audience]: { address: ":8081", http: { underscoreHeadersStrategy: "delete" } } },
        providers: { file: { filename: `${audience}.yaml` } },
      });
    });

    test(`Envoy's, for ${audience}`, () => {
      const [whole] = parsed("envoy", audience);
      const filter = {
        name: "envoy.filters.http.ext_authz",
        typed_config: {
          failure_mode_allow: false,
          http_service: {
            server_uri: { uri: "http://127.0.0.1:8080", cluster: "publisher" },
            path_prefix: `/forward-auth/${audience}?path=`,
          },
        },
      };
      const manager = {
        typed_config: {
          normalize_path: true,
          stat_prefix: audience,
          common_http_protocol_options: { headers_with_underscores_action: "DROP_HEADER" },
          upgrade_configs: [{ upgrade_type: "websocket" }],
          http_filters: [
            { name: "envoy.filters.http.header_mutation" },
            filter,
            { name: "envoy.filters.http.rbac" },
            { name: "envoy.filters.http.header_mutation" },
            { name: "envoy.filters.http.router" },
          ],
        },
      };
      expect(whole).toMatchObject({
        static_resources: {
          listeners: [{ name: audience, filter_chains: [{ filters: [manager] }] }],
          clusters: [{ name: "publisher" }, { name: audience }],
        },
      });
    });
  }
});
