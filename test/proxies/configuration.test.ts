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

/** The values of the pages. */
const EXAMPLE: ProxyValues = { audience: "wiki", ...USUAL_VALUES };

const CHOICES: Readonly<Record<string, Partial<ProxyValues>>> = {
  "Basic's password": { token: "basic" },
  "a header of its own": { token: { header: "x-wiki-token" } },
  "a Unix socket": { publisher: "unix:/run/publisher/publisher.sock" },
};

function linesOf(kind: ProxyKind, values: ProxyValues): readonly string[] {
  const lines = proxyConfiguration(kind, values).flatMap(({ text }) => text.split("\n"));
  return lines.map((line) => line.trim()).filter((line) => !line.startsWith("#"));
}

const pageOf = async (name: string) => await Bun.file(join(DOCS, `${name}.md`)).text();

describe.each(PROXY_KINDS)("the page of %s", (kind) => {
  test("prints the files of the template", async () => {
    const printed = [...(await pageOf(kind)).matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text]) => text);
    expect(printed).toEqual(proxyConfiguration(kind, EXAMPLE).map(({ text }) => text));
  });

  test("says where the files go and how the proxy reads them again", async () => {
    const page = await pageOf(kind);
    for (const { path } of proxyConfiguration(kind, EXAMPLE)) expect(page).toContain(`\`${path}\``);
    expect(page).toContain(`\`${proxySteps(kind, EXAMPLE).reload}\``);
    expect(page).toContain(`${USUAL_VALUES.port}`);
  });

  for (const [choice, values] of Object.entries(CHOICES)) {
    if (kind === "traefik" && values.publisher !== undefined) continue;
    test(`has every line that another choice changes: ${choice}`, async () => {
      const lines = (await pageOf(kind)).split("\n").map((line) => line.trim());
      const usual = linesOf(kind, EXAMPLE);
      const changed = linesOf(kind, { ...EXAMPLE, ...values }).filter((line) => !usual.includes(line));
      expect(changed.length).toBeGreaterThan(0);
      for (const line of changed) expect(lines).toContain(line);
    });
  }
});

test("the overview leads to every page, and has the trial and the option of Publisher", async () => {
  const overview = await pageOf("README");
  for (const kind of PROXY_KINDS) expect(overview).toContain(`(${kind}.md)`);
  const { trial, option } = proxySteps("nginx", EXAMPLE);
  expect(overview.split("\n")).toContain(`    ${trial}`);
  expect(overview.split("\n")).toContain(`    publisher ${option}`);
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

test("no pattern of Envoy removes the method or the path, which are headers for Envoy", () => {
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
  test.each(WRONG)("%j", (wrong) => {
    for (const kind of PROXY_KINDS)
      expect(() => proxyConfiguration(kind, Object.assign({ ...EXAMPLE }, wrong))).toThrow(RangeError);
  });
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

describe("the audience is text everywhere in YAML, also where YAML has another type for it:", () => {
  const parsed = (kind: ProxyKind, audience: string) =>
    proxyConfiguration(kind, { ...EXAMPLE, audience })
      .filter(({ name }) => name.endsWith(".yaml"))
      .map(({ text }) => Bun.YAML.parse(text));
  test.each(["null", "1", "1e3", "on"])("%s", (audience) => {
    for (const kind of ["traefik", "envoy"] as const) {
      const expected = JSON.stringify(parsed(kind, "wiki")).replaceAll("wiki", audience);
      expect(parsed(kind, audience)).toEqual(JSON.parse(expected));
    }
  });
});
