import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { RunningServer, type Start } from "../support/executable.ts";
import { PATIENCE_MS, TEST_LIMIT_MS } from "../support/patience.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** How many files the server may have open. */
const LIMIT = 64;

/** More connections than that. */
const MANY = 100;

const NEAR = "near the limit of open files";

/** A server that may open few files. */
async function start(options: Start = {}): Promise<RunningServer> {
  return await RunningServer.start({
    ...options,
    under: ["bash", "-c", `ulimit -n ${LIMIT}; exec "$@"`, "bash"],
  });
}

async function untilNear(server: RunningServer): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!server.stderr.includes(NEAR)) {
    if (performance.now() > deadline) throw new Error("the server did not notice the limit");
    await Bun.sleep(5);
  }
}

/** Opens connections to the server on each of which that is sent. Some may come while it does not listen. */
async function crowd(url: string, sent = ""): Promise<readonly RawConnection[]> {
  const opening = await Promise.allSettled(Array.from({ length: MANY }, () => RawConnection.open(url)));
  const connections = opening.flatMap((opened) => (opened.status === "fulfilled" ? [opened.value] : []));
  if (sent !== "") for (const connection of connections) connection.send(sent);
  return connections;
}

/** What is asked for, as soon as the server listens again. */
async function once<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await Bun.sleep(5);
  }
}

const KINDS = [
  ["that send nothing", ""],
  ["that send a part of a request", "GET /healthz HTTP/1.1\r\n"],
  ["that wait for another request", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"],
] as const;

describe.skipIf(process.platform !== "linux")("more connections than files may be open,", () => {
  for (const [kind, sent] of KINDS)
    test(`${kind}: they are closed, told of once, and everything goes on`, async () => {
      await using server = await start();
      const connections = await crowd(server.url, sent);
      await untilNear(server);
      const made = await once(() => server.call("api-token/create", { access: "read" }));
      expect(made.status).toBe(200);
      const byPattern = { filters: [{ key: "description", regex: { pattern: "." } }] };
      expect((await once(() => server.call("api-token/list", byPattern))).status).toBe(200);
      expect(readdirSync(`/proc/${server.child.pid}/fd`).length).toBeLessThan(LIMIT);
      expect(await server.stop()).toBe(0);
      expect(server.stderr.split("\n").filter((line) => line.includes(NEAR))).toHaveLength(1);
      expect(server.stderr).not.toContain('"level":"error"');
      for (const connection of connections) connection[Symbol.dispose]();
    });

  test("beside a request that is under way: it is finished", async () => {
    await using server = await start();
    using connection = await RawConnection.open(server.url);
    const head = `POST /publisher.v1/api-token/current HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.firstToken}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n`;
    connection.send(`${head}{`);
    const connections = await crowd(server.url);
    await untilNear(server);
    connection.send("}");
    expect((await connection.answer()).status).toBe(200);
    for (const each of connections) each[Symbol.dispose]();
  });

  test("by a socket: it is there again, for the same users", async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "p.sock");
    await using server = await start({ args: ["--listen", `unix:${path}`] });
    const { mode } = statSync(path);
    const connections = await crowd(`unix:${path}`);
    await untilNear(server);
    const answer = await once(() => fetch("http://localhost/healthz", { unix: path }));
    expect(answer.status).toBe(200);
    expect(statSync(path).mode).toBe(mode);
    for (const connection of connections) connection[Symbol.dispose]();
  });
});
