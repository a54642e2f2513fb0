import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type ProxyValues, USUAL_VALUES } from "../../public/proxies/configuration.ts";
import { proxySteps } from "../../public/proxies/steps.ts";
import { RunningServer } from "../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import {
  COMMANDS,
  RUNNABLE,
  type RunningProxies,
  startDocumented,
  stopProxies,
} from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const isAnyInstalled = [...COMMANDS.values()].some((command) => command !== null);
const isSkipped = Bun.which("curl") === null || !isAnyInstalled;

let service: Bun.Server<undefined>;
let server: RunningServer;

beforeAll(async () => {
  if (isSkipped) return;
  service = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("from the service") });
  server = await RunningServer.start();
});

afterAll(async () => {
  if (isSkipped) return;
  await server[Symbol.asyncDispose]();
  await service.stop(true);
});

/** What a shell prints for a command. */
async function printed(command: string, token: string): Promise<string> {
  const env = { PATH: Bun.env.PATH ?? "", SERVICE_TOKEN: token };
  const shell = Bun.spawn(["sh", "-c", command], { env, stdout: "pipe", stderr: "ignore" });
  return await new Response(shell.stdout).text();
}

describe.skipIf(isSkipped)("the command that tries a configuration", () => {
  const SOURCES: readonly NonNullable<ProxyValues["token"]>[] = ["bearer", "basic", { header: "x-wiki" }];
  for (const token of SOURCES)
    test(`gets through with a token for the service, and without one not: ${JSON.stringify(token)}`, async () => {
      const values = {
        audience: "wiki",
        publisher: new URL(server.url).host,
        service: `127.0.0.1:${service.port}`,
        token,
      };
      const proxies: RunningProxies = await startDocumented(values);
      try {
        const create = { access: "read", audiences: ["wiki"] };
        const secret = (await server.call("api-token/create", create)).json.token;
        for (const kind of RUNNABLE) {
          const proxy = proxies.get(kind);
          if (proxy === undefined) continue;
          const { trial } = proxySteps(kind, { ...USUAL_VALUES, ...values, port: proxy.port });
          expect([kind, await printed(trial, secret)]).toEqual([
            kind,
            expect.stringContaining("from the service"),
          ]);
          expect([kind, await printed(trial, "")]).toEqual([kind, expect.stringMatching(/^HTTP\/1\.1 401/)]);
        }
      } finally {
        await stopProxies(proxies);
      }
    });
});
