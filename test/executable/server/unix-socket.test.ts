import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SOCKET_PATH_BYTES } from "../../../src/settings/listen-addresses.ts";
import { EXECUTABLE, RunningServer, type Start } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { exchange, rawRequest as rawTarget } from "../../support/http/exchange.ts";
import { RawConnection, rawRequest } from "../../support/http/raw-connection.ts";
import { UNCLEAR_PATHS } from "../../support/http/unclear-paths.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const CURL = Bun.which("curl");
if (CURL === null) process.stderr.write("skipped, as there is no curl: whether curl reaches a socket\n");

/** A server that listens on a socket in a directory of its own, and perhaps elsewhere. */
class SocketServer implements AsyncDisposable {
  readonly directory = new TemporaryDirectory();
  readonly path = join(this.directory.path, "p.sock");
  #server: RunningServer | null = null;

  get server(): RunningServer {
    if (this.#server === null) throw new Error("the server is not started");
    return this.#server;
  }

  static async start(...args: readonly string[]): Promise<SocketServer> {
    const started = new SocketServer();
    await started.run({ args: ["--listen", `unix:${started.path}`, ...args] });
    return started;
  }

  async run(options: Start): Promise<void> {
    this.#server = await RunningServer.start({ cwd: this.directory.path, ...options });
  }

  /** The status of an answer, asked by the socket. */
  async statusOf(path: string, init: RequestInit = {}): Promise<number> {
    const response = await fetch(`http://localhost${path}`, { ...init, unix: this.path });
    await response.bytes();
    return response.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    this.directory[Symbol.dispose]();
  }
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o7777;
}

describe("by a socket", () => {
  test("there is everything that there is by a port", async () => {
    await using socket = await SocketServer.start();
    const { server } = socket;
    expect(server.stdout).toContain(`  Socket       ${socket.path}\n`);
    expect(server.stdout).not.toContain("http://127.0.0.1");
    for (const path of ["/", "/swagger", "/swagger/json", "/healthz", "/readyz"])
      expect([path, await socket.statusOf(path)]).toEqual([path, 200]);
    const headers = { authorization: `Bearer ${server.firstToken}`, "content-type": "application/json" };
    const create = { method: "POST", headers, body: '{"access":"read","audiences":["wiki"]}' };
    const created = await fetch("http://localhost/publisher.v1/api-token/create", {
      ...create,
      unix: socket.path,
    });
    const { token } = Object(await created.json());
    const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
    const asked = { method: "POST", headers: form, body: `token=${token}&audience=wiki` };
    expect(await socket.statusOf("/oauth2/introspect", asked)).toBe(200);
    expect(await socket.statusOf("/forward-auth/wiki")).toBe(401);
    expect(
      await socket.statusOf("/forward-auth/wiki", { headers: { authorization: `Bearer ${token}` } }),
    ).toBe(200);
    expect(await socket.statusOf("/nope")).toBe(404);
    for (const target of UNCLEAR_PATHS.slice(0, 20)) {
      const request = rawTarget({ method: "GET", target, fields: ["Host: x"] });
      expect([target, (await exchange(socket.path, [request])).answers[0]?.status]).toEqual([target, 400]);
    }
  });

  test.skipIf(CURL === null)("the printed curl line works", async () => {
    await using socket = await SocketServer.start();
    const line = /^ +(echo .* \| curl .*)$/m.exec(socket.server.stdout)?.[1] ?? "";
    expect(line).toContain(` | curl -sS --unix-socket ${socket.path} http://localhost/publisher.v1/`);
    const { stdout } = Bun.spawnSync(["sh", "-c", line], { cwd: "/", env: { PATH: Bun.env.PATH } });
    expect(JSON.parse(stdout.toString()).data).toHaveLength(1);
  });

  test("and by ports beside it, and each has a line in the log", async () => {
    await using socket = await SocketServer.start("--listen", "127.0.0.1:0,[::1]:0");
    const { server } = socket;
    expect(await socket.statusOf("/healthz")).toBe(200);
    const urls = [...server.stdout.matchAll(/API +(http:\S+)\/publisher\.v1\//g)].map(([, url = ""]) => url);
    expect(urls).toHaveLength(2);
    for (const url of urls) expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await server.stop();
    const listening = server.stderr.split("\n").filter((line) => line.includes('"message":"listening"'));
    expect(listening.map((line) => JSON.parse(line).url)).toEqual([
      `unix:${socket.path}`,
      ...urls.map((url) => `${url}/`),
    ]);
  });

  test("by variable as by flag", async () => {
    await using socket = new SocketServer();
    const env = { PUBLISHER_LISTEN: `unix:${socket.path}, 127.0.0.1:0`, PUBLISHER_SOCKET_MODE: "600" };
    using terminal = new Terminal();
    const { exitCode, stderr } = await terminal.run(["--port", "1"], { env });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining("'PUBLISHER_LISTEN' cannot be used with option '--port"),
    ]);
    const child = Bun.spawn([EXECUTABLE], {
      cwd: socket.directory.path,
      env,
      stdout: "pipe",
      stderr: "ignore",
    });
    for await (const chunk of child.stdout) if (new TextDecoder().decode(chunk).includes("Ctrl+C")) break;
    expect(await socket.statusOf("/healthz")).toBe(200);
    expect(modeOf(socket.path)).toBe(0o600);
    child.kill();
    expect(await child.exited).toBe(0);
  });
});

test("the socket is for its user and group, or as the mode says", async () => {
  await using first = await SocketServer.start();
  expect(modeOf(first.path)).toBe(0o660);
  await using second = await SocketServer.start("--socket-mode", "606");
  expect(modeOf(second.path)).toBe(0o606);
  expect(modeOf(join(second.directory.path, "data"))).toBe(0o700);
});

test("what comes by a socket has no address in the log, but the one that a trusted proxy forwards", async () => {
  const headers = { "x-forwarded-for": "203.0.113.9" };
  for (const [args, ip] of [
    [[], null],
    [["--trusted-proxies", "127.0.0.1,::1"], null],
    [["--trusted-proxies", "unix"], "203.0.113.9"],
  ] as const) {
    await using socket = await SocketServer.start("--listen", "127.0.0.1:0", ...args);
    await socket.statusOf("/healthz", { headers });
    await fetch(`${socket.server.url}/readyz`, { headers });
    await socket.server.stop();
    const lines = socket.server.stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const requests = lines.filter(({ message }) => message === "request");
    const byPort = args[1] === "127.0.0.1,::1" ? "203.0.113.9" : "127.0.0.1";
    expect(requests.map((request) => [request.path, request.ip])).toEqual([
      ["/healthz", ip],
      ["/readyz", byPort],
    ]);
  }
});

describe("the socket goes", () => {
  test("with the server, which finishes what it began", async () => {
    await using socket = await SocketServer.start();
    const { server } = socket;
    using connection = await RawConnection.open(`unix:${socket.path}`);
    const request = rawRequest("api-token/create", server.firstToken, { access: "read" });
    connection.send(request.slice(0, -5));
    for (let count = 0; count < 2; count += 1) await socket.statusOf("/healthz");
    server.child.kill("SIGTERM");
    while (!server.stderr.includes('"message":"stopping"')) await Bun.sleep(5);
    expect(await connection.ask(request.slice(-5))).toMatchObject({ status: 200 });
    expect(await server.child.exited).toBe(0);
    expect(existsSync(socket.path)).toBe(false);
  });

  test("where the server cannot start for another reason", async () => {
    using terminal = new Terminal();
    const path = join(terminal.cwd, "p.sock");
    writeFileSync(join(terminal.cwd, "data"), "");
    for (const more of [[], ["--listen", "192.0.2.1:0"]]) {
      const { exitCode } = await terminal.run(["--listen", `unix:${path}`, ...more]);
      expect(exitCode).toBe(1);
      expect(existsSync(path)).toBe(false);
    }
  });

  test("at the next start, after the server was killed", async () => {
    await using socket = await SocketServer.start();
    await socket.server.stop("SIGKILL");
    expect(existsSync(socket.path)).toBe(true);
    await expect(socket.statusOf("/healthz")).rejects.toThrow();
    await socket.run({ args: ["--listen", `unix:${socket.path}`] });
    expect(await socket.statusOf("/healthz")).toBe(200);
    expect(modeOf(socket.path)).toBe(0o660);
  });
});

describe("where a socket cannot be, it says why in a sentence", () => {
  /** Runs serve where it cannot start, and gives its sentence; nothing is left behind. */
  async function failure(terminal: Terminal, path: string, expectedCode = 1): Promise<string> {
    const { exitCode, stdout, stderr } = await terminal.run(["--listen", `unix:${path}`]);
    expect({ exitCode, stdout }).toEqual({ exitCode: expectedCode, stdout: "" });
    expect(stderr).toMatch(/^publisher: .*\.\n/);
    expect(existsSync(terminal.dataDir)).toBe(false);
    return stderr;
  }

  test("another server listens there, and goes on", async () => {
    await using socket = await SocketServer.start();
    using terminal = new Terminal();
    expect(await failure(terminal, socket.path)).toContain(`Another program listens on ${socket.path}.`);
    expect(await socket.statusOf("/healthz")).toBe(200);
  });

  test("a file is there, and stays", async () => {
    using terminal = new Terminal();
    const path = join(terminal.cwd, "file");
    writeFileSync(path, "mine");
    expect(await failure(terminal, path)).toContain(`${path} is there already and is no socket.`);
    expect(await Bun.file(path).text()).toBe("mine");
  });

  test("the directory is missing", async () => {
    using terminal = new Terminal();
    const path = join(terminal.cwd, "run", "p.sock");
    expect(await failure(terminal, path)).toContain(
      `There is no directory ${join(terminal.cwd, "run")} for the socket.`,
    );
  });

  test("the path is too long", async () => {
    using terminal = new Terminal();
    const sentence = await failure(terminal, join(terminal.cwd, "x".repeat(200)), 2);
    expect(sentence).toContain("It must be addresses");
    expect(sentence).toContain(`(a path of at most ${SOCKET_PATH_BYTES} bytes)`);
  });

  const IS_ROOT = process.getuid?.() === 0;
  const asNobody = IS_ROOT ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : [];
  const canTest = !IS_ROOT || Bun.which("setpriv") !== null;
  if (!canTest)
    process.stderr.write("skipped, as there is nobody with less rights: sockets without permission\n");

  test.skipIf(!canTest)("the user may not write there, or the socket is another user's", async () => {
    using terminal = new Terminal();
    const closed = join(terminal.cwd, "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o555);
    chmodSync(terminal.cwd, 0o755);
    const executable = join(terminal.cwd, "publisher");
    copyFileSync(EXECUTABLE, executable);
    const sentenceOf = (path: string) =>
      Bun.spawnSync([...asNobody, executable, "--listen", `unix:${path}`], {
        cwd: terminal.cwd,
        env: {},
      }).stderr.toString();
    const path = join(closed, "p.sock");
    expect(sentenceOf(path)).toContain(
      `The socket ${path} cannot be made: this user may not write to ${closed}.`,
    );
    if (!IS_ROOT) return;
    await using socket = await SocketServer.start();
    chmodSync(socket.directory.path, 0o777);
    expect(sentenceOf(socket.path)).toContain(`${socket.path} is the socket of another user.`);
    expect(await socket.statusOf("/healthz")).toBe(200);
  });
});

test("who puts the socket where anybody may write is warned", async () => {
  await using socket = new SocketServer();
  chmodSync(socket.directory.path, 0o1777);
  await socket.run({ args: ["--listen", `unix:${socket.path}`] });
  const warning = `Anybody may write to ${socket.directory.path}, `;
  expect(socket.server.stdout).toContain(`Warning: ${warning}`);
  await socket.server.stop();
  expect(socket.server.stderr).toContain(`"message":"${warning}`);
});
