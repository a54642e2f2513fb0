import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { PATIENCE_MS, until } from "../../support/patience.ts";

/**
 * How long each thread of a process has run so far, or waited for a processor, in milliseconds: on a busy machine one
 * that never rests does more of the latter. https://docs.kernel.org/scheduler/sched-stats.html
 */
function busyMs(pid: number): ReadonlyMap<string, number> {
  const busy = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const path = `/proc/${pid}/task/${thread}/schedstat`;
    // A thread may end meanwhile.
    const [ranNs = 0, waitedNs = 0] = existsSync(path)
      ? readFileSync(path, "utf8").split(" ").map(Number)
      : [];
    busy.set(thread, (ranNs + waitedNs) / 1e6);
  }
  return busy;
}

/** How long all its threads together are busy in half a second. */
async function busyInHalfSecondMs(pid: number): Promise<number> {
  const before = busyMs(pid);
  await Bun.sleep(500);
  return [...busyMs(pid)].reduce((sum, [thread, ms]) => sum + ms - (before.get(thread) ?? 0), 0);
}

test("nothing in the working directory is read", async () => {
  using terminal = new Terminal();
  const write = (name: string, text: string) => writeFileSync(join(terminal.cwd, name), text);
  for (const name of [".env", ".env.local", ".env.production", ".env.development"])
    write(name, "PUBLISHER_HOST=a b\nPUBLISHER_DATA_DIR=elsewhere\n");
  write("preload.ts", 'require("node:fs").writeFileSync("preloaded", "")');
  write("bunfig.toml", 'preload = ["./preload.ts"]\n[run]\npreload = ["./preload.ts"]\n');
  write("package.json", '{"name": "not-publisher", "version": "9.9.9", "type": "commonjs"}');
  write("tsconfig.json", "{");
  const before = terminal.names;
  await using server = await RunningServer.start({ cwd: terminal.cwd });
  expect((await server.call("api-token/list")).status).toBe(200);
  expect(await terminal.output("--version")).not.toContain("9.9.9");
  expect(terminal.names).toEqual([...before, "data"].sort());
});

test("it is in production mode with any NODE_ENV: the caller learns nothing of a fault", async () => {
  await using server = await RunningServer.start({ env: { NODE_ENV: "development" } });
  const token = server.firstToken;
  using database = new Database(join(server.dataDir, "publisher.db"));
  database.run("ALTER TABLE audit_event RENAME COLUMN target TO goal");
  const { status, json, text } = await server.call("api-token/create", { access: "read" }, token);
  expect(status).toBe(500);
  expect(json.error).toMatchObject({ code: "internal_error", data: {} });
  expect(text).not.toMatch(/SQL|column|target|\.ts/);
  await server.stop();
  const fault = server.log.find(({ level }) => level === "error");
  expect(JSON.stringify(fault)).toContain("no column named target");
});

/** Destinations of the log, as redirections of a shell. */
const LOGS = [
  { name: "is closed", redirection: 'exec "$0" "$@" 2>&-' },
  { name: "goes to a full disk", redirection: 'exec "$0" "$@" 2>/dev/full' },
  { name: "is not being read", redirection: 'mkfifo log; exec 3<>log; exec "$0" "$@" 2>log' },
  { name: "is not being read any more", redirection: 'mkfifo log; cat log | head -1 & exec "$0" "$@" 2>log' },
];

describe.skipIf(process.platform !== "linux")(
  "the server goes on, and rests in between, when its stderr",
  () => {
    test.concurrent.each(LOGS)("$name", async ({ redirection }) => {
      const env = { PATH: Bun.env.PATH ?? "" };
      await using server = await RunningServer.start({ under: ["sh", "-c", redirection], env });
      const token = server.firstToken;
      for (let batch = 0; batch < 20; batch += 1) {
        const calls = Array.from({ length: 20 }, async () => await server.call("api-token/list", {}, token));
        expect((await Promise.all(calls)).every(({ status }) => status === 200)).toBe(true);
      }
      await until(async () => (await busyInHalfSecondMs(server.child.pid)) < 150);
      expect((await server.call("api-token/create", { access: "read" }, token)).status).toBe(200);
      expect(await Promise.race([server.stop(), Bun.sleep(PATIENCE_MS)])).toBe(0);
    });
  },
);

const LISTENING = '"message":"listening"';

/** Runs the shell line, which starts a server, until it listens. Returns its log and its exit code. */
async function logOf(line: string): Promise<{ log: string; exitCode: number }> {
  using terminal = new Terminal();
  const env = { PATH: Bun.env.PATH ?? "" };
  const child = Bun.spawn(["sh", "-c", line, EXECUTABLE], { cwd: terminal.cwd, env, stderr: "pipe" });
  let log = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr) {
    const wasListening = log.includes(LISTENING);
    log += decoder.decode(chunk, { stream: true });
    if (!wasListening && log.includes(LISTENING)) child.kill("SIGTERM");
  }
  return { log, exitCode: await child.exited };
}

describe("the server goes on when its stdout", () => {
  test.each([
    { name: "is closed", line: 'exec "$0" --port 0 >&-' },
    { name: "goes to a full disk", line: 'exec "$0" --port 0 >/dev/full' },
    { name: "is not being read any more", line: 'mkfifo out; : <out & exec "$0" --port 0 >out' },
  ])("$name", async ({ line }) => {
    const { log, exitCode } = await logOf(line);
    const messages = log
      .trimEnd()
      .split("\n")
      .map((text) => text.match(/"message":"(\w+)"/)?.[1] ?? text);
    expect({ messages, exitCode }).toEqual({
      messages: ["change", "listening", "stopping", "stopped"],
      exitCode: 0,
    });
  });
});
