import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { proxyConfiguration } from "../../public/proxies/configuration.ts";
import { RunningServer } from "../support/executable/executable.ts";
import { exchange, rawRequest } from "../support/http/exchange.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { EchoUpstream } from "../support/proxies/echo-upstream.ts";
import { COMMANDS, freePort, RunningProxy } from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** The name of each server of nginx, by the audience of its tokens. The first server takes every other host too. */
const SERVERS: Readonly<Record<string, string>> = {
  wiki: "wiki.test",
  other: "other.test",
  local: "127.0.0.1",
  six: "[::1]",
};
const REFUSED = { status: 400, seen: null };

describe.skipIf(COMMANDS.get("nginx") === null)("one nginx for several hosts, each with an audience,", () => {
  const opened = new AsyncDisposableStack();
  let upstream: EchoUpstream;
  let nginx: RunningProxy;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    const server = opened.use(await RunningServer.start());
    upstream = opened.use(await new EchoUpstream().listen());
    const port = await freePort();
    const values = { publisher: server.url.replace("http://", ""), service: upstream.address, port };
    const texts = Object.entries(SERVERS).map(([audience, name]) =>
      proxyConfiguration("nginx", { audience, ...values })
        .map(({ text }) => text.replace(`listen ${port};`, `listen ${port}; server_name ${name};`))
        .join(""),
    );
    const files = [{ name: "hosts.conf", text: texts.join("\n") }];
    nginx = opened.use(await RunningProxy.start("nginx", COMMANDS.get("nginx") ?? "", files, port));
    for (const audience of Object.keys(SERVERS)) {
      const created = await server.call("api-token/create", { access: "read", audiences: [audience] });
      tokens.set(audience, created.json.token);
    }
  });

  afterAll(() => opened.disposeAsync());

  /** Returns the status, and the Host headers that the service got; null if it got no request. */
  async function ask(audience: string, target: string, hosts: readonly string[], version = "HTTP/1.1") {
    const before = upstream.seen.length;
    const fields = [...hosts.map((host) => `Host: ${host}`), `Authorization: Bearer ${tokens.get(audience)}`];
    const { answers } = await exchange(nginx.port, [rawRequest({ method: "GET", target, fields, version })]);
    const seen = upstream.seen[before]?.headers.filter(([name]) => name.toLowerCase() === "host") ?? null;
    return { status: answers[0]?.status, seen: seen?.map(([, host]) => host) ?? null };
  }

  test("passes on a request with the host by which it was checked, with and without a port", async () => {
    for (const [audience, name] of Object.entries(SERVERS))
      for (const host of [name, name.toUpperCase(), `${name}:${nginx.port}`, `${name}:80`])
        for (const target of ["/", `http://${host}/`])
          expect([target, await ask(audience, target, [host])]).toEqual([
            target,
            { status: 200, seen: [host] },
          ]);
  });

  test("checks a host by its own audience", async () => {
    for (const audience of Object.keys(SERVERS))
      for (const [own, host] of Object.entries(SERVERS).filter(([each]) => each !== audience))
        expect([own, await ask(audience, "/", [host])]).toEqual([own, { status: 403, seen: null }]);
  });

  test("refuses a target of one host with the Host header of another", async () => {
    for (const [audience, name] of Object.entries(SERVERS)) {
      const near = [
        `${name}x`,
        `x${name}`,
        `${name}.`,
        `${name}:80x`,
        `${name}|${name}`,
        `${name}:1|${name}`,
      ];
      const others = ["none.test", ...near, ...Object.values(SERVERS).filter((each) => each !== name)];
      for (const host of others.flatMap((other) => [other, `${other}:80`]))
        for (const version of ["HTTP/1.1", "HTTP/1.0"])
          expect([name, host, await ask(audience, `http://${name}/`, [host], version)]).toEqual([
            name,
            host,
            REFUSED,
          ]);
    }
  });

  test("refuses a request without a Host header, and with two", async () => {
    for (const target of ["/", "http://wiki.test/"])
      expect(await ask("wiki", target, [], "HTTP/1.0")).toEqual(REFUSED);
    expect(await ask("wiki", "/", ["wiki.test", "other.test"])).toEqual(REFUSED);
  });
});
