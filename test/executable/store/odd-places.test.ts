import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const CREATE = "token create --access read --new-store";
const SERVE = "serve --port 0";

describe.skipIf(process.platform === "win32")("what is no regular file is refused at once, and stays", () => {
  test("a pipe in the place of first-token", async () => {
    await terminal.createToken("read");
    Bun.spawnSync(["mkfifo", join(terminal.dataDir, "first-token")]);
    const before = readdirSync(terminal.dataDir);
    for (const command of [SERVE, CREATE, "token list", "check"])
      expect(await terminal.refusal(command)).toContain("data/first-token is a pipe. ");
    expect(readdirSync(terminal.dataDir)).toEqual(before);
  });

  test.each(["lock.holder", "lock.db", "publisher.db"])("a link in the place of %s", async (name) => {
    mkdirSync(terminal.dataDir, { mode: 0o700 });
    symlinkSync("../target", join(terminal.dataDir, name));
    for (const command of [SERVE, CREATE, "check"])
      expect(await terminal.refusal(command)).toContain(`data/${name} is a symbolic link. `);
    expect(terminal.names).toEqual(["data"]);
    expect(readdirSync(terminal.dataDir)).toEqual([name]);
  });

  test("a data directory to which everybody may write", async () => {
    mkdirSync(terminal.dataDir);
    chmodSync(terminal.dataDir, 0o1777);
    for (const command of [SERVE, CREATE])
      expect(await terminal.refusal(command)).toContain("Everybody may write to the data directory ");
    expect(readdirSync(terminal.dataDir)).toEqual([]);
    await terminal.done(`${CREATE} --data-dir data/inside`);
  });
});

test("a missing database is not replaced by a new one: put back, it has all acknowledged changes", async () => {
  const server = await terminal.serve();
  const { firstToken } = server;
  for (let count = 0; count < 3; count += 1)
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
  await server.stop("SIGKILL");
  renameSync(terminal.database, terminal.path("aside"));
  const contents = () =>
    terminal.files().map((name) => [name, readFileSync(join(terminal.dataDir, name), "hex")]);
  const before = contents();
  for (const command of [SERVE, CREATE, "token list", "check"])
    expect(await terminal.refusal(command)).toMatch(
      /publisher\.db is missing, but files of a store lie beside it: .*publisher\.db-wal/,
    );
  expect(contents()).toEqual(before);
  renameSync(terminal.path("aside"), terminal.database);
  await using again = await terminal.serve();
  expect((await again.call("api-token/list", {}, firstToken)).json.data).toHaveLength(4);
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
