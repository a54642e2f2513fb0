import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** Waits until the server has logged a text that many times. */
async function logged(server: RunningServer, text: string, count: number): Promise<void> {
  const { child } = server;
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  while (server.stderr.split(text).length <= count && isRunning()) await Bun.sleep(5);
}

/** Runs a program without a controlling terminal. */
const DETACHED = Bun.which("setsid") === null ? null : ["setsid"];
if (DETACHED === null) process.stderr.write("skipped, as there is no setsid: signals without a terminal\n");

describe.skipIf(DETACHED === null)("without a terminal", () => {
  test.each(["SIGHUP", "SIGUSR1", "SIGUSR2"] as const)(
    "%s is logged each time and changes nothing",
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
});

describe.skipIf(process.platform !== "linux" || Bun.which("nohup") === null)("under nohup", () => {
  test("SIGHUP stays ignored, and nothing is said of it", async () => {
    await using server = await RunningServer.start({ under: ["nohup"] });
    server.child.kill("SIGHUP");
    server.child.kill("SIGUSR1");
    await logged(server, '"signal":"SIGUSR1"', 1);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).not.toContain("SIGHUP");
  });
});

describe.skipIf(process.platform === "win32")("in a terminal", () => {
  /** Starts a server in a terminal of its own, and gives what closes that. */
  async function startInTerminal(cwd: string) {
    let screen = "";
    const decoder = new TextDecoder();
    const child = Bun.spawn([EXECUTABLE, "serve", "--port", "0"], {
      cwd,
      env: {},
      terminal: {
        data: (_, bytes) => {
          screen += decoder.decode(bytes, { stream: true });
        },
      },
    });
    while (!screen.includes("Stop with Ctrl+C") && child.exitCode === null) await Bun.sleep(5);
    return { child, close: () => child.terminal?.close() };
  }

  test("a server stops properly as that closes", async () => {
    using directory = new TemporaryDirectory();
    const { child, close } = await startInTerminal(directory.path);
    close();
    expect({ exitCode: await child.exited, signal: child.signalCode }).toEqual({ exitCode: 0, signal: null });
    const left = readdirSync(`${directory.path}/data`);
    expect(left).toContain("publisher.db");
    expect(left).not.toContain("publisher.db-wal");
  });
});
