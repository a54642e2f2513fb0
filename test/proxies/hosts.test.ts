import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { proxyConfiguration } from "../../public/proxies/configuration.ts";
import { RunningServer } from "../support/executable/executable.ts";
import { exchange, rawRequest } from "../support/http/exchange.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { EchoUpstream } from "../support/proxies/echo-upstream.ts";
import { COMMANDS, freePort, RunningProxy } from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** The name of each server of nginx, by the audience of the tokens for it. The first server takes any other host too. */
const SERVERS: Readonly<Record<string, string>> = {
  wiki: "wiki.test",
  other: "other.test",
  local: "127.0.0.1",
  six: "[::1]",
};

describe.skipIf(COMMANDS.get("nginx") === null)("one nginx for several hosts, each with an audience,", () => {
  let server: RunningServer;
  let upstream: EchoUpstream;
  let nginx: RunningProxy;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    [server, upstream] = await Promise.all([RunningServer.start(), EchoUpstream.start()]);
    const port = await freePort();
    const publisher = server.url.replace("http://", "");
    const texts = Object.entries(SERVERS).map(([audience, name]) =>
      proxyConfiguration("nginx", { audience, publisher, service: upstream.address, port })
        .map(({ text }) => text.replace(`listen ${port};`, `listen ${port}; server_name ${name};`))
        .join(""),
    );
    const files = [{ name: "hosts.conf", text: texts.join("\n") }];
    nginx = await RunningProxy.start("nginx", COMMANDS.get("nginx") ?? "", files, port);
    for (const audience of Object.keys(SERVERS)) {
      const { token } = (await server.call("api-token/create", { access: "read", audiences: [audience] }))
        .json;
      tokens.set(audience, token);
    }
  });

  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]();
    await upstream?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  /** The status, and the Host headers that the service got; null if it got no request. */
  async function ask(audience: string, target: string, hosts: readonly string[], version = "HTTP/1.1") {
    const before = upstream.seen.length;
    const fields = [...hosts.map((host) => `Host: ${host}`), `Authorization: Bearer ${tokens.get(audience)}`];
    const { answers } = await exchange(nginx.port, [rawRequest({ method: "GET", target, fields, version })]);
    const seen = upstream.seen[before]?.headers.filter(([name]) => name.toLowerCase() === "host") ?? null;
    return { status: answers[0]?.status, seen: seen?.map(([, host]) => host) ?? null };
  }

  test("passes on a request with the host by which it was checked, with and without a port", async () => {
    for (const [audience, name] of Object.entries(SERVERS))
      for (const host of [name, name.toUpperCase(), `${name}:${nginx.port}`, `${name}:80`]) {
        expect([host, await ask(audience, "/", [host])]).toEqual([host, { status: 200, seen: [host] }]);
        const target = `http://${host}/`;
        expect([target, await ask(audience, target, [host])]).toEqual([
          target,
          { status: 200, seen: [host] },
        ]);
      }
  });

  test("checks a host by its own audience", async () => {
    for (const audience of Object.keys(SERVERS))
      for (const [own, host] of Object.entries(SERVERS))
        if (own !== audience)
          expect([audience, host, await ask(audience, "/", [host])]).toEqual([
            audience,
            host,
            { status: 403, seen: null },
          ]);
  });

  test("refuses a target of one host with the Host header of another", async () => {
    for (const [audience, name] of Object.entries(SERVERS))
      for (const version of ["HTTP/1.1", "HTTP/1.0"])
        for (const other of [
          "none.test",
          `${name}x`,
          `x${name}`,
          `${name}.`,
          `${name}:80x`,
          `${name}|${name}`,
          `${name}:1|${name}`,
          ...Object.values(SERVERS).filter((each) => each !== name),
        ])
          for (const host of [other, `${other}:80`]) {
            const asked = await ask(audience, `http://${name}/`, [host], version);
            expect([name, host, asked]).toEqual([name, host, { status: 400, seen: null }]);
          }
  });

  test("refuses a request without a Host header, and with two", async () => {
    for (const target of ["/", "http://wiki.test/"])
      expect(await ask("wiki", target, [], "HTTP/1.0")).toEqual({ status: 400, seen: null });
    expect(await ask("wiki", "/", ["wiki.test", "other.test"])).toEqual({ status: 400, seen: null });
  });
});
