import { expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, renameSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const CREATE = "token create --access read --new-store";
const SERVE = "serve --port 0";

const MAKE_PIPE = () => void Bun.spawnSync(["mkfifo", join(terminal.dataDir, "first-token")]);
const OPEN_TO_ALL = () => chmodSync(terminal.dataDir, 0o1777);

test.skipIf(process.platform === "win32").each([
  ["first-token is a pipe. ", MAKE_PIPE, [SERVE, CREATE, "token list", "check"]],
  ["Everybody may write to the data directory ", OPEN_TO_ALL, [SERVE, CREATE]],
])("an unsafe place is refused at once, and stays: %s", async (sentence, spoil, commands) => {
  await terminal.createToken("read");
  spoil();
  const before = terminal.files();
  for (const command of commands) expect(await terminal.refusal(command)).toContain(sentence);
  expect(terminal.files()).toEqual([...before]);
});

test("a missing database is not replaced by a new one: put back, it has all acknowledged changes", async () => {
  const server = await terminal.serve();
  const { firstToken } = server;
  for (let count = 0; count < 3; count += 1)
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
  await server.stop("SIGKILL");
  renameSync(terminal.database, terminal.path("aside"));
  for (const command of [SERVE, CREATE, "token list", "check"])
    expect(await terminal.refusal(command)).toMatch(
      /publisher\.db is missing, but files of a store lie beside it: .*publisher\.db-wal/,
    );
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
