import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { RawConnection, rawRequest } from "../../support/http/raw-connection.ts";
import { PATIENCE_MS, until } from "../../support/patience.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

/** How long a stopping server waits for open requests, in milliseconds. */
const DRAIN_MS = 5000;

/** At once, on a busy machine: much less than that. */
const AT_ONCE_MS = 4000;

/** Signals this far apart are not one that came twice. */
const ANOTHER_SIGNAL_MS = 1200;

/** Sends all of a create but the end of its body, and waits until the server reads it. Returns that end, too. */
async function halfSentCreate(server: RunningServer, description: string) {
  const connection = await RawConnection.open(server.url);
  const request = rawRequest("api-token/create", server.firstToken, { access: "read", description });
  connection.send(request.slice(0, -10));
  // An answer to a later request shows that the server has read the earlier one.
  for (let count = 0; count < 2; count += 1) await fetch(`${server.url}/healthz`, { keepalive: false });
  return { connection, rest: request.slice(-10) };
}

/** Sends a signal and waits until the server begins to stop. */
async function tellToStop(server: RunningServer, signal: NodeJS.Signals): Promise<void> {
  server.child.kill(signal);
  await until(() => server.stderr.includes('"message":"stopping"'));
}

async function msUntilExit(server: RunningServer): Promise<number> {
  const start = performance.now();
  expect(await server.child.exited).toBe(0);
  return performance.now() - start;
}

/** The data directory of a server that has stopped needs no repair: all is in the one file. */
function expectCheckpointed(server: RunningServer): void {
  const names = readdirSync(server.dataDir).sort();
  expect(names).toEqual(["first-token", "lock.db", "lock.holder", "publisher.db", "reserve"]);
}

/** The tokens in the store of a server that has stopped. */
async function stored({ dataDir }: RunningServer): Promise<readonly { id: string; description: string }[]> {
  using terminal = new Terminal();
  return JSON.parse(await terminal.output("token", "list", "--json", "--data-dir", dataDir)).data;
}

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
  test("ends an idle server at once, though connections are open", async () => {
    await using server = await RunningServer.start();
    using _ = await RawConnection.open(server.url);
    using idle = await RawConnection.open(server.url);
    expect((await idle.ask(rawRequest("api-token/list", server.firstToken))).status).toBe(200);
    const start = performance.now();
    expect(await server.stop(signal)).toBe(0);
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    await idle.closed;
    expectCheckpointed(server);
  });

  test("lets a request under way finish, and takes nothing new meanwhile", async () => {
    await using server = await RunningServer.start();
    const { connection, rest } = await halfSentCreate(server, "half sent");
    using _ = connection;
    await tellToStop(server, signal);
    await expect(RawConnection.open(server.url)).rejects.toThrow();
    expect(server.child.exitCode).toBeNull();
    connection.send(rest);
    const { status, body } = await connection.answer();
    expect(status).toBe(200);
    expect(await msUntilExit(server)).toBeLessThan(AT_ONCE_MS);
    expectCheckpointed(server);
    await using again = await RunningServer.start({ cwd: server.cwd });
    const { id, token } = JSON.parse(body);
    expect((await again.call("api-token/current", {}, token)).json).toMatchObject({ id, status: "active" });
  });
});

test("a request on an open connection while the server stops is refused, with a time to try again", async () => {
  await using server = await RunningServer.start();
  const { connection, rest } = await halfSentCreate(server, "the last one");
  using _ = connection;
  const next = rawRequest("api-token/create", server.firstToken, { access: "write" });
  await tellToStop(server, "SIGTERM");
  connection.send(rest + next);
  expect((await connection.answer()).status).toBe(200);
  const { status, headers, body } = await connection.answer();
  expect(status).toBe(503);
  expect(JSON.parse(body).error).toMatchObject({ code: "unavailable", data: {} });
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  expect(headers.get("connection")).toBe("close");
  await msUntilExit(server);
  expect((await stored(server)).map(({ description }) => description)).toEqual([
    "the last one",
    "First token",
  ]);
});

test("a request that never ends delays the stop by no more than the limit, and changes nothing", async () => {
  await using server = await RunningServer.start();
  const { connection } = await halfSentCreate(server, "never whole");
  using _ = connection;
  using headless = await RawConnection.open(server.url);
  headless.send("POST /publisher.v1/api-token/create HT");
  const start = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - start).toBeWithin(DRAIN_MS - 100, DRAIN_MS + PATIENCE_MS);
  await connection.closed;
  expectCheckpointed(server);
  expect(await stored(server)).toHaveLength(1);
});

test.each([
  ["SIGTERM", "SIGINT"],
  ["SIGINT", "SIGTERM"],
] as const)("a second signal, %s and then %s, ends the server without waiting", async (first, second) => {
  await using server = await RunningServer.start();
  const { connection } = await halfSentCreate(server, "given up");
  using _ = connection;
  await tellToStop(server, first);
  await Bun.sleep(ANOTHER_SIGNAL_MS);
  server.child.kill(second);
  await server.child.exited;
  expect(server.child.signalCode).toBe(second);
});

test("nothing acknowledged is lost when the server is stopped in the middle of many changes", async () => {
  await using server = await RunningServer.start();
  const token = server.firstToken;
  const acknowledged: string[] = [];
  const clients = Array.from({ length: 8 }, async () => {
    using connection = await RawConnection.open(server.url);
    for (;;) {
      const answer = await connection
        .ask(rawRequest("api-token/create", token, { access: "read" }))
        .catch(() => null);
      if (answer === null || answer.status === 503) return;
      expect(answer.status).toBe(200);
      acknowledged.push(JSON.parse(answer.body).id);
    }
  });
  await until(() => acknowledged.length >= 200);
  expect(await server.stop()).toBe(0);
  await Promise.all(clients);
  expectCheckpointed(server);
  const ids = new Set((await stored(server)).map(({ id }) => id));
  expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
});

test("a signal that comes twice at once, as Ctrl+C does through a script, is one", async () => {
  await using server = await RunningServer.start();
  const { connection, rest } = await halfSentCreate(server, "the last one");
  using _ = connection;
  await tellToStop(server, "SIGINT");
  server.child.kill("SIGINT");
  connection.send(rest);
  expect((await connection.answer()).status).toBe(200);
  expect(await server.child.exited).toBe(0);
  expectCheckpointed(server);
});

/** Waits until the server has logged a text that many times. */
async function logged(server: RunningServer, text: string, count: number): Promise<void> {
  await until(() => server.stderr.split(text).length > count);
}

/** Runs a program without a controlling terminal. */
const DETACHED = Bun.which("setsid") === null ? null : ["setsid"];
if (DETACHED === null) process.stderr.write("skipped, as there is no setsid: signals without a terminal\n");

test.skipIf(DETACHED === null).each(["SIGHUP", "SIGUSR1", "SIGUSR2"] as const)(
  "without a terminal %s is logged each time and changes nothing",
  async (signal) => {
    await using server = await RunningServer.start({ under: DETACHED ?? [] });
    for (const count of [1, 2]) {
      server.child.kill(signal);
      await logged(server, `"signal":"${signal}"`, count);
    }
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    expect(await server.stop()).toBe(0);
    expect(server.stderr.split(`"signal":"${signal}","message":"signal ignored: `)).toHaveLength(3);
  },
);

test.skipIf(process.platform !== "linux" || Bun.which("nohup") === null)(
  "under nohup SIGHUP stays ignored, and nothing is logged of it",
  async () => {
    await using server = await RunningServer.start({ under: ["nohup"] });
    server.child.kill("SIGHUP");
    server.child.kill("SIGUSR1");
    await logged(server, '"signal":"SIGUSR1"', 1);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).not.toContain("SIGHUP");
  },
);

test.skipIf(process.platform === "win32")("a server stops properly as its terminal closes", async () => {
  using directory = new TemporaryDirectory();
  let screen = "";
  const decoder = new TextDecoder();
  const data = (_: unknown, bytes: Uint8Array) => {
    screen += decoder.decode(bytes, { stream: true });
  };
  const serve = [EXECUTABLE, "serve", "--port", "0"];
  const child = Bun.spawn(serve, { cwd: directory.path, env: {}, terminal: { data } });
  await until(() => screen.includes("Stop with Ctrl+C"));
  child.terminal?.close();
  expect({ exitCode: await child.exited, signal: child.signalCode }).toEqual({ exitCode: 0, signal: null });
  const left = readdirSync(`${directory.path}/data`);
  expect(left).toContain("publisher.db");
  expect(left).not.toContain("publisher.db-wal");
});
