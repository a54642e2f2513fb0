import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { EXECUTABLE } from "../../support/executable/executable.ts";
import { canTrace, SystemCalls } from "../../support/executable/strace.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { StoreTerminal, useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const SERVE = "serve --port 0";
const CREATE = "token create --access read --new-store";

/** The system calls that change a directory or bring something to disk. */
const CALLS = ["write", "fsync", "link", "linkat", "unlink", "unlinkat", "rename", "mkdir"];

/**
 * The calls by which a command makes a new store, each with its number among the calls of that name. Of those after it
 * has its name, up to the first token of a server, only those that give a file its name.
 */
async function callsOf(command: string): Promise<readonly (readonly [call: string, nth: number])[]> {
  using terminal = new StoreTerminal();
  using trace = new SystemCalls();
  const under = [...trace.under(CALLS), EXECUTABLE, ...command.split(" ")];
  const child = Bun.spawn(under, { cwd: terminal.cwd, env: {}, stdout: "pipe", stderr: "ignore" });
  const isNamed = (line: string) => /^unlink.*publisher\.db-new-/.test(line);
  const isEnd = command === SERVE ? (line: string) => /^rename.*first-token/.test(line) : isNamed;
  await until(() => existsSync(terminal.database) && trace.of(child.pid).some(isEnd));
  const lines = trace.of(child.pid);
  child.kill();
  await child.exited;
  const names = lines.map((line) => line.slice(0, line.indexOf("(")));
  const isLater = (index: number) => index > lines.findIndex(isNamed) && /^[fuw]/.test(names[index] ?? "");
  return lines.slice(0, lines.findIndex(isEnd) + 1).flatMap((line, index) => {
    const [name = ""] = names.slice(index);
    const nth = names.slice(0, index + 1).filter((other) => other === name).length;
    return line.includes(terminal.dataDir) && !isLater(index) ? [[name, nth] as const] : [];
  });
}

describe.skipIf(!canTrace("whether a new store survives a kill at any moment"))("a new store", () => {
  test.each([CREATE, SERVE])(
    "is made at the next start where a kill ended %s at any call",
    async (command) => {
      const calls = await callsOf(command);
      expect(new Set(calls.map(([name]) => name)).size).toBeGreaterThanOrEqual(5);
      for (const [name, nth] of calls) {
        terminal.lose();
        const child = terminal.startFailing(`${name}:signal=SIGKILL:when=${nth}`, command);
        await child.exited;
        expect(child.signalCode).toBe("SIGKILL");
        if (command === SERVE) await terminal.serveOnce();
        else await terminal.done(command);
        expect(await terminal.done("check"), `${name} ${nth}`).toContain("is sound");
        expect(terminal.files("publisher.db")).toEqual(["publisher.db"]);
      }
    },
  );

  test.each(["delay_exit=0", "error=EPERM"])(
    "is one for a server and a command that start at once: link %s",
    async (fault) => {
      const child = terminal.startFailing(`link,linkat:${fault}:delay_enter=3000000`, CREATE);
      await until(() => existsSync(terminal.dataDir) && terminal.files("publisher.db-new-").length > 0);
      await using server = await terminal.serve();
      const secret = (await new Response(child.stdout).text()).trim();
      expect(await child.exited).toBe(0);
      for (const token of [secret, server.firstToken])
        expect((await server.call("api-token/current", {}, token)).status).toBe(200);
    },
  );
});
