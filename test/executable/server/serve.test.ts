import { describe, expect, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { exchange, rawRequest } from "../../support/http/exchange.ts";

const CURL = Bun.which("curl");
if (CURL === null)
  process.stderr.write("skipped, as there is no curl: whether the printed curl lines work\n");

/** The line that the server prints to try it. */
function curlLine({ stdout }: RunningServer): string {
  return /^ +(echo .* \| curl .*)$/m.exec(stdout)?.[1] ?? "";
}

/** The output of a shell that runs the line, elsewhere and later. */
function pasted(line: string, env: Readonly<Record<string, string>> = {}): string {
  const { stdout, stderr } = Bun.spawnSync(["sh", "-c", line], {
    cwd: "/",
    env: { ...env, PATH: Bun.env.PATH },
  });
  return stdout.toString() + stderr.toString();
}

test.skipIf(CURL === null)(
  "serve prints a curl line that works when it is pasted, for every path",
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
});

test("from an empty directory and an empty environment to a token that works and is revoked", async () => {
  await using server = await RunningServer.start();
  const created = await server.call("api-token/create", { access: "read", description: "CI" });
  expect(created.status).toBe(200);
  const { id, token } = created.json;
  expect((await server.call("api-token/list", {}, token)).status).toBe(200);
  expect((await server.call("api-token/revoke", { id })).json.status).toBe("revoked");
  expect((await server.call("api-token/list", {}, token)).status).toBe(401);
  expect(await server.stop()).toBe(0);
});

test("a target or a host that can be read in more than one way reaches nothing", async () => {
  await using server = await RunningServer.start();
  const port = Number(new URL(server.url).port);
  for (const [target, fields, status] of [
    ["/healthz", ["Host: x"], 200],
    ["/healthz", ["Host: x", "Host: x"], 400],
    ["/forward-auth/wiki/../../healthz", ["Host: x"], 400],
    ["/oauth2/%2e%2e/publisher.v1/api-token/list", ["Host: x"], 400],
  ] as const) {
    const { answers } = await exchange(port, [rawRequest({ method: "GET", target, fields })]);
    expect([target, answers[0]?.status]).toEqual([target, status]);
  }
});
