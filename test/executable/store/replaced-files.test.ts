import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const readiness = async ({ url }: RunningServer) => (await fetch(`${url}/readyz`)).status;

/** The lines of the log that say that changes fail. */
function alarms({ stderr }: RunningServer): readonly string[] {
  return stderr.split("\n").filter((line) => line.includes("changes cannot be stored now"));
}

test.each(["publisher.db", "publisher.db-wal", "publisher.db-shm"])(
  "a server lets nobody in once %s was removed, and again once it is back",
  async (file) => {
    await using server = await terminal.serve();
    const token = server.firstToken;
    const path = join(server.dataDir, file);
    renameSync(path, `${path}.away`);
    expect((await server.call("api-token/create", { access: "read" }, token)).status).toBe(503);
    await until(async () => (await server.call("api-token/current", {}, token)).status === 503);
    expect(await readiness(server)).toBe(503);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${server.url}/forward-auth/wiki`, { headers })).status).toBe(503);
    await until(() => alarms(server).length > 0);
    renameSync(`${path}.away`, path);
    await until(
      async () => (await server.call("api-token/create", { access: "read" }, token)).status === 200,
    );
    await until(async () => (await readiness(server)) === 200);
    expect(alarms(server)).toHaveLength(1);
    expect(alarms(server)[0]).toContain(`${file} was removed, replaced or closed`);
  },
);

test("without lock.db, as a second server could start, an idle server is not ready, and only verifies", async () => {
  await using server = await terminal.serve();
  const path = join(server.dataDir, "lock.db");
  renameSync(path, `${path}.away`);
  await until(() => alarms(server).length > 0);
  expect(await readiness(server)).toBe(503);
  expect((await server.call("api-token/create", { access: "read" })).status).toBe(503);
  expect((await server.call("api-token/current")).status).toBe(200);
  renameSync(`${path}.away`, path);
  await until(async () => (await readiness(server)) === 200);
  await until(() => server.stderr.includes("changes are stored again"));
});

test.each([[["publisher.db-shm"]], [["publisher.db-wal", "publisher.db-shm"]]])(
  "a command revokes for good although %p changed under the server",
  async (removed) => {
    await using server = await terminal.serve();
    const made = (await server.call("api-token/create", { access: "read" })).json;
    const wal = readFileSync(join(server.dataDir, "publisher.db-wal"));
    for (const file of removed) rmSync(join(server.dataDir, file));
    // The token is in the -wal file alone.
    if (removed.length > 1) writeFileSync(join(server.dataDir, "publisher.db-wal"), wal);
    await terminal.done(`token revoke ${made.id}`);
    // As if killed: any other end would have SQLite remove the new -wal file.
    expect(await server.stop()).toBe(137);
    expect(server.stderr).toContain("files of the store were replaced");
    await using again = await terminal.serve();
    expect((await again.call("api-token/current", {}, made.token)).status).toBe(401);
  },
);

test("a missing database is not replaced by a new one: put back, it has all acknowledged changes", async () => {
  const server = await terminal.serve();
  const { firstToken } = server;
  for (let count = 0; count < 3; count += 1)
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
  await server.stop("SIGKILL");
  renameSync(terminal.database, terminal.path("aside"));
  for (const command of ["serve --port 0", "token create --access read --new-store", "token list", "check"])
    await terminal.expectRefusal(command, /publisher\.db is missing, but files .*: .*publisher\.db-wal/);
  renameSync(terminal.path("aside"), terminal.database);
  await using again = await terminal.serve();
  expect((await again.call("api-token/list", {}, firstToken)).json.data).toHaveLength(4);
});
