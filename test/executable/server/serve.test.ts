import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { ServerLock } from "../../../src/store/sqlite/file/server-lock.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { schemaText } from "../../support/store/old-schemas.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const CURL = Bun.which("curl");
if (CURL === null)
  process.stderr.write("skipped, as there is no curl: whether the printed curl lines work\n");

/** The line that the server prints to try it. */
function curlLine({ stdout }: RunningServer): string {
  return /^ +(echo .* \| curl .*)$/m.exec(stdout)?.[1] ?? "";
}

/** What a shell prints that runs the line, elsewhere and later. */
function pasted(line: string, env: Readonly<Record<string, string>> = {}): string {
  const { stdout, stderr } = Bun.spawnSync(["sh", "-c", line], {
    cwd: "/",
    env: { ...env, PATH: Bun.env.PATH },
  });
  return stdout.toString() + stderr.toString();
}

describe("what serve prints", () => {
  test("says where the API, the store and the first token are", async () => {
    await using server = await RunningServer.start();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server.stdout).toContain(`  API          ${server.url}/publisher.v1/\n`);
    expect(server.stdout).toContain(`  Store        ${server.dataDir}/publisher.db (new)\n`);
    expect(server.stdout).toContain(`  First token  in ${server.dataDir}/first-token\n`);
    expect(server.stdout).not.toContain("Warning");
    expect((await server.call("api-token/list")).status).toBe(200);
  });

  test.skipIf(CURL === null)("has a curl line that works when it is pasted, whatever the path", async () => {
    await using server = await RunningServer.start({ args: ["--data-dir", `it's "my" $HOME; \`a\` & ünï`] });
    expect(server.stdout).toContain(`${server.cwd}/it's "my" $HOME; \`a\` & ünï/publisher.db`);
    const listed = JSON.parse(pasted(curlLine(server)));
    expect(listed.data).toMatchObject([{ description: "First token", access: "write", status: "active" }]);
  });

  test.skipIf(CURL === null)("has such a line for a store in use, once the token is filled in", async () => {
    await using server = await RunningServer.start();
    expect(JSON.parse(pasted(curlLine(server))).data).toHaveLength(1);
    const { token } = (await server.call("api-token/create", { access: "read" })).json;
    const first = (await server.call("api-token/current")).json;
    await server.call("api-token/revoke", { id: first.id });
    await server.stop();
    await using again = await RunningServer.start({ cwd: server.cwd });
    expect(again.stdout).toContain(
      'none: this store is not new; "publisher token create --access write" makes another token',
    );
    expect(again.stdout).not.toContain("(new)");
    expect(JSON.parse(pasted(curlLine(again), { TOKEN: token })).data).toHaveLength(1);
  });
});

describe("where it listens", () => {
  test("elsewhere than on the loopback it warns, on stdout and in the log, and works", async () => {
    await using server = await RunningServer.start({ args: ["--host", "0.0.0.0"] });
    const warning =
      "Listening on 0.0.0.0: tokens travel unencrypted, unless something in front of Publisher does TLS";
    expect(server.stdout).toContain(`Warning: ${warning}.`);
    expect(server.url).toStartWith("http://127.0.0.1:");
    expect((await server.call("api-token/list")).status).toBe(200);
    await server.stop();
    expect(server.stderr).toMatch(new RegExp(`"level":"warn",.*"message":"${warning}"`));
  });

  test("by variable as by flag, and a flag counts more", async () => {
    const env = { PUBLISHER_PORT: "1", PUBLISHER_HOST: "localhost", PUBLISHER_LOG_LEVEL: "silent" };
    await using server = await RunningServer.start({ env });
    expect(server.url).toMatch(/^http:\/\/localhost:\d{2,}$/);
    expect(server.stdout).not.toContain("Warning");
    expect((await server.call("api-token/list")).status).toBe(200);
    await server.stop();
    expect(server.stderr).toBe("");
  });

  test("an empty variable counts as none, and one that is no setting is told", async () => {
    const env = {
      PUBLISHER_HOST: "",
      PUBLISHER_LOG_LEVEL: "",
      PUBLISHER_FIRST_TOKEN: "",
      PUBLISHER_PROT: "80",
    };
    await using server = await RunningServer.start({ env });
    expect(server.url).toStartWith("http://127.0.0.1:");
    expect(server.stdout).toContain(`first-token\n`);
    expect(server.stdout).toContain(
      "Warning: PUBLISHER_PROT is not a setting of Publisher, and changes nothing.",
    );
    await server.stop();
    expect(server.stderr).toContain('"message":"listening"');
  });
});

test("variables that change what the executable does are warned of, in the greeting and in the log", async () => {
  const env = { BUN_INSPECT: "127.0.0.1:0", BUN_OPTIONS: "--smol", BUN_JSC_useJIT: "1", BUN_INSTALL: "/x" };
  await using server = await RunningServer.start({ env });
  await server.stop();
  for (const name of ["BUN_INSPECT", "BUN_OPTIONS", "BUN_JSC_useJIT"]) {
    expect(server.stdout).toContain(`\n\nWarning: ${name} is set, which `);
    expect(server.stderr).toMatch(new RegExp(`"level":"warn".*"message":"${name} is set, which `));
  }
  expect(server.stdout + server.stderr).not.toContain("BUN_INSTALL");
});

/** Runs serve where it cannot start: it must say so in a sentence and leave with 1. */
async function failure(terminal: Terminal, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await terminal.run(["serve", ...args]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(/^publisher: [A-Z].*\.\n$/);
  return stderr.trimEnd();
}

describe("where it cannot start, it says why in a sentence", () => {
  test("a port in use", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    const { port } = new URL(server.url);
    expect(await failure(terminal, "--port", port)).toBe(
      `publisher: Port ${port} on 127.0.0.1 is in use by another program, perhaps by another Publisher. Stop that one, or choose another with --port.`,
    );
    expect((await server.call("api-token/list")).status).toBe(200);
    expect(terminal.names).toEqual([]);
  });

  test.each(["nowhere.invalid", "a..b", "999.1.1.1"])("a host that has no address: %s", async (host) => {
    using terminal = new Terminal();
    expect(await failure(terminal, "--host", host, "--port", "8080")).toBe(
      `publisher: Publisher cannot listen on ${host}: the name has no address. Choose another with --host, such as 127.0.0.1.`,
    );
    expect(terminal.names).toEqual([]);
  });

  test("an address that this machine does not have", async () => {
    using terminal = new Terminal();
    expect(await failure(terminal, "--host", "192.0.2.1", "--port", "8080")).toBe(
      "publisher: Publisher cannot listen on 192.0.2.1: this machine does not have that address. Choose another with --host, such as 127.0.0.1.",
    );
    expect(terminal.names).toEqual([]);
  });

  test("a second server on the directory, whichever path leads there", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    for (const path of [server.dataDir, `${server.dataDir}/../data/`]) {
      const sentence = await failure(terminal, "--port", "0", "--data-dir", path);
      expect(sentence).toContain(
        `Another Publisher server is running on the data directory ${server.dataDir}:`,
      );
      expect(sentence).toContain(`process ${server.child.pid} on `);
    }
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
  });

  test("an older server on a store that is to be upgraded", async () => {
    using terminal = new Terminal();
    const directory = new DataDirectory(terminal.dataDir);
    directory.make();
    const schema = schemaText(1);
    using older = new Database(directory.database);
    older.transaction(() => older.run(schema))();
    older.close();
    const lock = ServerLock.take(directory);
    expect(await failure(terminal, "--port", "0")).toBe(
      `publisher: Another Publisher server is running on the data directory ${directory.path}: ` +
        `process ${process.pid} on ${hostname()}. ` +
        "Stop that one first: this Publisher is newer, and has to bring the store to its schema.",
    );
    lock.release();
    await using server = await RunningServer.start({ cwd: terminal.cwd });
    expect(server.stdout).not.toContain("(new)");
  });

  test("a data directory that is a file, or lies in one", async () => {
    using terminal = new Terminal();
    writeFileSync(join(terminal.cwd, "file"), "");
    for (const [path, reason] of [
      ["file", "there is a file of that name"],
      ["file/data", "a part of the path is a file"],
    ]) {
      const sentence = await failure(terminal, "--port", "0", "--data-dir", path ?? "");
      expect(sentence).toBe(
        `publisher: The data directory ${terminal.cwd}/${path} cannot be made: ${reason}.`,
      );
    }
    expect(terminal.names).toEqual(["file"]);
  });

  test.skipIf(process.platform !== "linux")("a data directory where nothing can be written", async () => {
    using terminal = new Terminal();
    for (const path of ["/proc", "/sys/publisher"]) {
      const sentence = await failure(terminal, "--port", "0", "--data-dir", path);
      expect(sentence).toStartWith(`publisher: The data directory ${path} cannot be `);
    }
  });
});

test("commands beside a running server count from the very next request on", async () => {
  await using server = await RunningServer.start();
  using terminal = new Terminal();
  const dataDir = ["--data-dir", server.dataDir];
  for (let round = 0; round < 3; round += 1) {
    const { id, token } = await terminal.createToken("write", ...dataDir);
    expect((await server.call("api-token/current", {}, token)).json).toMatchObject({ id, created_by: null });
    const { id: made } = (await server.call("api-token/create", { access: "read" }, token)).json;
    expect(await terminal.output("token", "list", ...dataDir)).toContain(made);
    await terminal.output("token", "revoke", id, ...dataDir);
    expect((await server.call("api-token/current", {}, token)).status).toBe(401);
  }
});
