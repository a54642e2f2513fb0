import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import type { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const CREATE = ["token", "create", "--access", "read", "--new-store"];
const SERVE = ["serve", "--port", "0"];

/** Runs a command that must be refused in a sentence; gives that. */
async function refused(terminal: Terminal, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await terminal.run(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(/^publisher: .*\.\n$/);
  return stderr;
}

describe.skipIf(process.platform === "win32")("what is no regular file is refused at once, and stays", () => {
  test("a pipe in the place of first-token", async () => {
    await terminal.createToken("read");
    Bun.spawnSync(["mkfifo", join(terminal.dataDir, "first-token")]);
    const before = readdirSync(terminal.dataDir);
    for (const args of [SERVE, CREATE, ["token", "list"], ["check"]])
      expect(await refused(terminal, ...args)).toContain("data/first-token is a pipe. ");
    expect(readdirSync(terminal.dataDir)).toEqual(before);
  });

  test.each(["lock.holder", "lock.db", "publisher.db"])("a link in the place of %s", async (name) => {
    mkdirSync(terminal.dataDir, { mode: 0o700 });
    symlinkSync("../target", join(terminal.dataDir, name));
    for (const args of [SERVE, CREATE, ["check"]])
      expect(await refused(terminal, ...args)).toContain(`data/${name} is a symbolic link. `);
    expect(terminal.names).toEqual(["data"]);
    expect(readdirSync(terminal.dataDir)).toEqual([name]);
  });

  test("a data directory to which everybody may write", async () => {
    mkdirSync(terminal.dataDir);
    chmodSync(terminal.dataDir, 0o1777);
    for (const args of [SERVE, CREATE])
      expect(await refused(terminal, ...args)).toContain("Everybody may write to the data directory ");
    expect(readdirSync(terminal.dataDir)).toEqual([]);
    await terminal.output(...CREATE, "--data-dir", "data/inside");
  });
});

describe("a store whose database is missing", () => {
  test("is not replaced by a new one: put back, it has all that was acknowledged", async () => {
    using directory = new TemporaryDirectory();
    const cwd = directory.path;
    await using server = await RunningServer.start({ cwd });
    const { firstToken, dataDir } = server;
    for (let count = 0; count < 3; count += 1)
      expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    await server.stop("SIGKILL");
    const [database, aside] = [join(dataDir, "publisher.db"), join(cwd, "aside")];
    renameSync(database, aside);
    const before = readdirSync(dataDir).map((name) => [name, readFileSync(join(dataDir, name), "hex")]);

    for (const args of [SERVE, CREATE, ["token", "list"], ["check"]]) {
      const sentence = await refused(terminal, ...args, "--data-dir", dataDir);
      expect(sentence).toContain(`${database} is missing, but files of a store lie beside it: `);
      expect(sentence).toContain("publisher.db-wal");
    }
    const after = readdirSync(dataDir).map((name) => [name, readFileSync(join(dataDir, name), "hex")]);
    expect(after).toEqual(before);

    renameSync(aside, database);
    await using again = await RunningServer.start({ cwd });
    expect((await again.call("api-token/list", {}, firstToken)).json.data).toHaveLength(4);
  });
});

test("a service of Kubernetes that is named publisher changes nothing", async () => {
  const env = {
    PUBLISHER_PORT: "tcp://10.96.12.34:8080",
    PUBLISHER_SERVICE_HOST: "10.96.12.34",
    PUBLISHER_SERVICE_PORT: "8080",
    PUBLISHER_PORT_8080_TCP: "tcp://10.96.12.34:8080",
    PUBLISHER_PORT_8080_TCP_ADDR: "10.96.12.34",
  };
  await using server = await RunningServer.start({ env });
  await server.stop();
  expect(server.stdout).not.toContain("Warning");
  expect(server.stderr).not.toContain('"level":"warn"');
});

test.skipIf(process.platform !== "linux")("a path that is not UTF-8 makes no other directory", async () => {
  const script = `exec "$0" token create --access read --data-dir "$(printf 'd\\377')"`;
  const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", script, EXECUTABLE], { cwd: terminal.cwd });
  expect(exitCode).toBe(2);
  expect(stderr.toString()).toContain("The path of the data directory is not UTF-8: ");
  expect(terminal.names).toEqual([]);
});
