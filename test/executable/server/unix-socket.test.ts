import { expect, test } from "bun:test";
import { chmodSync, existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunningServer, type Start } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { exchange, rawRequest } from "../../support/http/exchange.ts";
import { UNCLEAR_PATHS } from "../../support/http/unclear-paths.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

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
    await started.run({ args });
    return started;
  }

  async run({ args = [], ...more }: Start = {}): Promise<void> {
    const listen = ["--listen", `unix:${this.path}`, ...args];
    this.#server = await RunningServer.start({ cwd: this.directory.path, args: listen, ...more });
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return await fetch(`http://localhost${path}`, { ...init, unix: this.path });
  }

  /** The status of an answer, asked by the socket. */
  async statusOf(path: string, init: RequestInit = {}): Promise<number> {
    const response = await this.fetch(path, init);
    await response.bytes();
    return response.status;
  }

  get mode(): number {
    return statSync(this.path).mode & 0o7777;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    this.directory[Symbol.dispose]();
  }
}

test("by a socket there is everything that there is by a port, and it goes with the server", async () => {
  await using socket = await SocketServer.start();
  const { server } = socket;
  expect(server.stdout).toContain(`  Socket       ${socket.path}\n`);
  expect(server.stdout).not.toContain("http://127.0.0.1");
  for (const path of ["/", "/swagger", "/swagger/json", "/healthz", "/readyz"])
    expect([path, await socket.statusOf(path)]).toEqual([path, 200]);
  const headers = { authorization: `Bearer ${server.firstToken}`, "content-type": "application/json" };
  const create = { method: "POST", headers, body: '{"access":"read","audiences":["wiki"]}' };
  const { token } = Object(await (await socket.fetch("/publisher.v1/api-token/create", create)).json());
  const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
  const asked = { method: "POST", headers: form, body: `token=${token}&audience=wiki` };
  const bearer = { headers: { authorization: `Bearer ${token}` } };
  expect(await socket.statusOf("/oauth2/introspect", asked)).toBe(200);
  expect(await socket.statusOf("/forward-auth/wiki")).toBe(401);
  expect(await socket.statusOf("/forward-auth/wiki", bearer)).toBe(200);
  expect(await socket.statusOf("/nope")).toBe(404);
  for (const target of UNCLEAR_PATHS.slice(0, 20)) {
    const request = rawRequest({ method: "GET", target, fields: ["Host: x"] });
    expect([target, (await exchange(socket.path, [request])).answers[0]?.status]).toEqual([target, 400]);
  }
  expect(await server.stop()).toBe(0);
  expect(existsSync(socket.path)).toBe(false);
});

test("a server listens on a socket and on ports, and each has a line in the log", async () => {
  await using socket = await SocketServer.start("--listen", "127.0.0.1:0,[::1]:0");
  const { server } = socket;
  expect(await socket.statusOf("/healthz")).toBe(200);
  const urls = [...server.stdout.matchAll(/API +(http:\S+)\/publisher\.v1\//g)].map(([, url = ""]) => url);
  expect(urls).toHaveLength(2);
  for (const url of urls) expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await server.stop();
  const listening = server.log.filter(({ message }) => message === "listening");
  expect(listening.map(({ url }) => url)).toEqual([`unix:${socket.path}`, ...urls.map((url) => `${url}/`)]);
});

test("the socket is for its user and group, or as the mode says", async () => {
  await using first = await SocketServer.start();
  expect(first.mode).toBe(0o660);
  await using second = new SocketServer();
  await second.run({ env: { PUBLISHER_SOCKET_MODE: "606" } });
  expect(second.mode).toBe(0o606);
  expect(statSync(second.server.dataDir).mode & 0o7777).toBe(0o700);
});

test("the socket goes where the server cannot start for another reason", async () => {
  using terminal = new Terminal();
  const path = join(terminal.cwd, "p.sock");
  writeFileSync(join(terminal.cwd, "data"), "");
  for (const more of [[], ["--listen", "192.0.2.1:0"]]) {
    const { exitCode } = await terminal.run(["--listen", `unix:${path}`, ...more]);
    expect(exitCode).toBe(1);
    expect(existsSync(path)).toBe(false);
  }
});

test("a second server does not start on the socket of the first, and makes no store", async () => {
  await using socket = await SocketServer.start();
  using terminal = new Terminal();
  const { exitCode, stdout, stderr } = await terminal.run(["--listen", `unix:${socket.path}`]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(/^publisher: Another program listens on .*\.\n$/);
  expect(existsSync(terminal.dataDir)).toBe(false);
  expect(await socket.statusOf("/healthz")).toBe(200);
});

test("who puts the socket where anybody may write is warned", async () => {
  await using socket = new SocketServer();
  chmodSync(socket.directory.path, 0o1777);
  await socket.run();
  const warning = `Anybody may write to ${socket.directory.path}, `;
  expect(socket.server.stdout).toContain(`Warning: ${warning}`);
  await socket.server.stop();
  expect(socket.server.stderr).toContain(`"message":"${warning}`);
});
