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

test.skipIf(CURL === null)(
  "serve prints a curl line that works when it is pasted, whatever the path",
  async () => {
    await using server = await RunningServer.start({ args: ["--data-dir", `it's "my" $HOME; \`a\` & ünï`] });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server.stdout).toContain(`  API          ${server.url}/publisher.v1/\n`);
    expect(server.stdout).toContain(
      `  Store        ${server.cwd}/it's "my" $HOME; \`a\` & ünï/publisher.db (new)\n`,
    );
    expect(server.stdout).not.toContain("Warning");
    const listed = JSON.parse(pasted(curlLine(server)));
    expect(listed.data).toMatchObject([{ description: "First token", access: "write", status: "active" }]);
  },
);

test.skipIf(CURL === null)("it prints such a line for a store in use, to fill in the token", async () => {
  await using server = await RunningServer.start();
  const { token } = (await server.call("api-token/create", { access: "read" })).json;
  const first = (await server.call("api-token/current")).json;
  await server.call("api-token/revoke", { id: first.id });
  await server.stop();
  await using again = await RunningServer.start({ cwd: server.cwd });
  expect(again.stdout).toContain("  First token  none: this store is not new;");
  expect(again.stdout).not.toContain("(new)");
  expect(JSON.parse(pasted(curlLine(again), { TOKEN: token })).data).toHaveLength(1);
});

test("listening elsewhere than on the loopback is warned of, on stdout and in the log, and works", async () => {
  await using server = await RunningServer.start({ args: ["--host", "0.0.0.0"] });
  const warning =
    "Listening on 0.0.0.0: tokens travel unencrypted, unless something in front of Publisher does TLS";
  expect(server.stdout).toContain(`Warning: ${warning}.`);
  expect(server.url).toStartWith("http://127.0.0.1:");
  expect((await server.call("api-token/list")).status).toBe(200);
  await server.stop();
  expect(server.stderr).toMatch(new RegExp(`"level":"warn",.*"message":"${warning}"`));
});

test("variables that change the executable, or that Publisher does not know, are warned of", async () => {
  const env = { BUN_INSPECT: "127.0.0.1:0", BUN_OPTIONS: "--smol", BUN_JSC_useJIT: "1", BUN_INSTALL: "/x" };
  await using server = await RunningServer.start({
    env: { ...env, PUBLISHER_HOST: "", PUBLISHER_PROT: "80" },
  });
  await server.stop();
  expect(server.url).toStartWith("http://127.0.0.1:");
  for (const name of ["BUN_INSPECT", "BUN_OPTIONS", "BUN_JSC_useJIT", "PUBLISHER_PROT"]) {
    expect(server.stdout).toContain(`\n\nWarning: ${name} is `);
    expect(server.stderr).toMatch(new RegExp(`"level":"warn".*"message":"${name} is `));
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
    ] as const)
      expect(await failure(terminal, "--port", "0", "--data-dir", path)).toBe(
        `publisher: The data directory ${terminal.cwd}/${path} cannot be made: ${reason}.`,
      );
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
