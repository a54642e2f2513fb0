import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** Waits until the server has logged a text that many times. */
async function logged(server: RunningServer, text: string, count: number): Promise<void> {
  await until(() => server.stderr.split(text).length > count);
}

/** Runs a program without a controlling terminal. */
const DETACHED = Bun.which("setsid") === null ? null : ["setsid"];
if (DETACHED === null) process.stderr.write("skipped, as there is no setsid: signals without a terminal\n");

test.skipIf(DETACHED === null).each(["SIGHUP", "SIGUSR1", "SIGUSR2"] as const)(
  "without a terminal %s is logged each time and changes nothing",
  async (signal) => {
    await using server = await RunningServer.start({ under: DETACHED ?? [] });
    for (const count of [1, 2]) {
      server.child.kill(signal);
      await logged(server, `"signal":"${signal}"`, count);
    }
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    expect(await server.stop()).toBe(0);
    expect(server.stderr.split(`"signal":"${signal}","message":"signal ignored: `)).toHaveLength(3);
  },
);

test.skipIf(process.platform !== "linux" || Bun.which("nohup") === null)(
  "under nohup SIGHUP stays ignored, and nothing is logged of it",
  async () => {
    await using server = await RunningServer.start({ under: ["nohup"] });
    server.child.kill("SIGHUP");
    server.child.kill("SIGUSR1");
    await logged(server, '"signal":"SIGUSR1"', 1);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).not.toContain("SIGHUP");
  },
);

test.skipIf(process.platform === "win32")("a server stops properly as its terminal closes", async () => {
  using directory = new TemporaryDirectory();
  let screen = "";
  const decoder = new TextDecoder();
  const data = (_: unknown, bytes: Uint8Array) => {
    screen += decoder.decode(bytes, { stream: true });
  };
  const serve = [EXECUTABLE, "serve", "--port", "0"];
  const child = Bun.spawn(serve, { cwd: directory.path, env: {}, terminal: { data } });
  await until(() => screen.includes("Stop with Ctrl+C"));
  child.terminal?.close();
  expect({ exitCode: await child.exited, signal: child.signalCode }).toEqual({ exitCode: 0, signal: null });
  const left = readdirSync(`${directory.path}/data`);
  expect(left).toContain("publisher.db");
  expect(left).not.toContain("publisher.db-wal");
});
