import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { RunningServer } from "../support/executable/executable.ts";
import { exchange, rawRequest } from "../support/http/exchange.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { EchoUpstream } from "../support/proxies/echo-upstream.ts";
import { expectOurs } from "../support/proxies/protected-service.ts";
import {
  COMMANDS,
  RUNNABLE,
  type Runnable,
  type RunningProxies,
  startDocumented,
  stopProxies,
} from "../support/proxies/running-proxy.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const isAnyInstalled = [...COMMANDS.values()].some((command) => command !== null);
let directory: TemporaryDirectory;
let server: RunningServer;
let upstream: EchoUpstream;
let proxies: RunningProxies;

beforeAll(async () => {
  if (!isAnyInstalled) return;
  directory = new TemporaryDirectory();
  const publisher = `unix:${join(directory.path, "publisher.sock")}`;
  // The port is for the test itself, to create tokens.
  const args = ["--listen", publisher, "--listen", "127.0.0.1:0", "--trusted-proxies", "unix"];
  [server, upstream] = await Promise.all([RunningServer.start({ args }), EchoUpstream.start()]);
  proxies = await startDocumented({ audience: "wiki", publisher, service: upstream.address });
});

afterAll(async () => {
  if (!isAnyInstalled) return;
  await stopProxies(proxies);
  await upstream[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

async function ask(kind: Runnable, method: string, token: string | null): Promise<number> {
  const shown = token === null ? [] : [`Authorization: Bearer ${token}`];
  const request = rawRequest({ method, target: "/page", fields: ["Host: wiki.example", ...shown] });
  const { answers } = await exchange(proxies.get(kind)?.port ?? 0, [request]);
  return answers[0]?.status ?? 0;
}

for (const kind of RUNNABLE) {
  describe.skipIf(COMMANDS.get(kind) === null)(kind, () => {
    test("asks Publisher by its Unix socket", async () => {
      const body = { access: "read", audiences: ["wiki"] };
      const { id, token } = (await server.call("api-token/create", body)).json;
      const before = upstream.seen.length;
      expect(await ask(kind, "GET", null)).toBe(401);
      expect(await ask(kind, "DELETE", token)).toBe(403);
      expect(upstream.seen.length).toBe(before);
      expect(await ask(kind, "GET", token)).toBe(200);
      const seen = upstream.seen.at(-1);
      if (seen === undefined) throw new Error("the service saw nothing");
      expectOurs(seen, id, "read");
      expect((await server.call("api-token/revoke", { id })).status).toBe(200);
      expect(await ask(kind, "GET", token)).toBe(401);
      expect(upstream.seen.length).toBe(before + 1);
    });
  });
}

test.skipIf(!isAnyInstalled)(
  "lets nobody through once Publisher is gone, and its socket with it",
  async () => {
    const body = { access: "write", audiences: ["wiki"] };
    const { token } = (await server.call("api-token/create", body)).json;
    await server.stop();
    const before = upstream.seen.length;
    const statuses = await Promise.all(
      [...proxies.keys()].map(async (kind) => await ask(kind, "GET", token)),
    );
    expect(statuses.filter((status) => status < 500)).toEqual([]);
    expect(upstream.seen.length).toBe(before);
  },
);
