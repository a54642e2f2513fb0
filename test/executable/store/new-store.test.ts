import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { canTrace, SystemCalls } from "../../support/executable/strace.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const SERVE = ["serve", "--port", "0"];
const CREATE = ["token", "create", "--access", "read", "--new-store"];

/** The system calls that change a directory or bring something to disk. */
const CALLS = ["write", "fsync", "link", "linkat", "unlink", "unlinkat", "rename", "mkdir"];

function injecting(fault: string): readonly string[] {
  return ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", `inject=${fault}`];
}

/** Starts a command under strace. It has to print its secret somewhere. */
function startUnder(strace: readonly string[], { cwd }: Terminal, args: readonly string[]) {
  return Bun.spawn([...strace, EXECUTABLE, ...args], { cwd, env: {}, stdout: "pipe", stderr: "ignore" });
}

/** A first start, which ends once its store is made. */
async function start(terminal: Terminal, args: readonly string[]): Promise<void> {
  if (args !== SERVE) await terminal.output(...args);
  else await (await RunningServer.start({ cwd: terminal.cwd })).stop();
}

/** The calls by which a command makes a new store, each with its number among the calls of that name. */
async function callsOf(args: readonly string[]): Promise<readonly (readonly [call: string, nth: number])[]> {
  using terminal = new Terminal();
  using trace = new SystemCalls();
  const child = startUnder(trace.under(CALLS), terminal, args);
  const isEnd = (line: string) => /^unlink.*publisher\.db-new-/.test(line);
  await until(() => existsSync(join(terminal.dataDir, "publisher.db")) && trace.of(child.pid).some(isEnd));
  const lines = trace.of(child.pid);
  child.kill();
  await child.exited;
  const names = lines.map((line) => line.slice(0, line.indexOf("(")));
  return lines.slice(0, lines.findIndex(isEnd) + 5).flatMap((line, index) => {
    const [name = ""] = names.slice(index);
    const nth = names.slice(0, index + 1).filter((other) => other === name).length;
    return line.includes(terminal.dataDir) ? [[name, nth] as const] : [];
  });
}

describe.skipIf(!canTrace("whether a new store survives a kill at any moment"))("a new store", () => {
  test.each([[CREATE], [SERVE]])(
    "whose maker is killed at any of its calls is made at the next start: %p",
    async (args) => {
      const calls = await callsOf(args);
      expect(new Set(calls.map(([name]) => name)).size).toBe(5);
      for (const [name, nth] of calls) {
        using terminal = new Terminal();
        const child = startUnder(injecting(`${name}:signal=SIGKILL:when=${nth}`), terminal, args);
        await child.exited;
        expect(child.signalCode).toBe("SIGKILL");
        await start(terminal, args);
        expect(await terminal.output("check"), `${name} ${nth}`).toContain("is sound");
        const files = readdirSync(terminal.dataDir).filter((file) => file.startsWith("publisher.db"));
        expect(files).toEqual(["publisher.db"]);
      }
    },
  );

  test.each(["delay_exit=0", "error=EPERM"])(
    "is one for a server and a command that start at once: link %s",
    async (fault) => {
      using terminal = new Terminal();
      const draft = () =>
        existsSync(terminal.dataDir) && readdirSync(terminal.dataDir).some((name) => name.includes("-new-"));
      const strace = injecting(`link,linkat:${fault}:delay_enter=3000000`);
      const child = startUnder(strace, terminal, CREATE);
      await until(draft);
      await using server = await RunningServer.start({ cwd: terminal.cwd });
      const secret = (await new Response(child.stdout).text()).trim();
      expect(await child.exited).toBe(0);
      for (const token of [secret, server.firstToken])
        expect((await server.call("api-token/current", {}, token)).status).toBe(200);
    },
  );

  test("is made on a file system without hard links", async () => {
    await using server = await RunningServer.start({
      cwd: terminal.cwd,
      under: injecting("link,linkat:error=EPERM"),
    });
    expect((await server.call("api-token/list")).json.data).toHaveLength(1);
  });
});

test.each(["check", "token list", "token revoke atok_1", CREATE.join(" "), "serve --port 0"])(
  "an empty file in the place of the store stays as it is, and a sentence gives the next step: %s",
  async (command) => {
    mkdirSync(terminal.dataDir);
    const path = join(terminal.dataDir, "publisher.db");
    writeFileSync(path, "");
    const { exitCode, stdout, stderr } = await terminal.run(command.split(" "));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toStartWith(`publisher: ${path} is empty. `);
    expect(stderr).toContain(`remove ${path}, and start again.`);
    expect(readdirSync(terminal.dataDir)).toEqual(["publisher.db"]);
    rmSync(path);
    await terminal.output(...CREATE);
  },
);
