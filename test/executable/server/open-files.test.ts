import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { RunningServer } from "../../support/executable/executable.ts";
import { RawConnection } from "../../support/http/raw-connection.ts";
import { until } from "../../support/patience.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

/** How many files the server may have open. */
const LIMIT = 64;

/** More connections than that. */
const MANY = 100;

const NEAR = "near the limit of open files";

/** A server that may open few files. */
async function start(): Promise<RunningServer> {
  return await RunningServer.start({ under: ["bash", "-c", `ulimit -n ${LIMIT}; exec "$@"`, "bash"] });
}

async function untilNear(server: RunningServer): Promise<void> {
  await until(() => server.stderr.includes(NEAR));
}

/** Opens connections to the server on each of which that is sent. Some may come while it starts to listen anew, and be refused. */
async function crowd(url: string, sent = ""): Promise<readonly RawConnection[]> {
  const opening = await Promise.allSettled(Array.from({ length: MANY }, () => RawConnection.open(url)));
  const connections = opening.flatMap((opened) => (opened.status === "fulfilled" ? [opened.value] : []));
  if (sent !== "") for (const connection of connections) connection.send(sent);
  return connections;
}

/** The answer to a question, once there is room for it. */
async function once<T>(ask: () => Promise<T>): Promise<T> {
  const answers: T[] = [];
  await until(
    async () =>
      (await ask()
        .then((answer) => answers.push(answer))
        .catch(() => 0)) > 0,
  );
  return answers[0] as T;
}

const CAN_CHANGE_USER = process.getuid?.() === 0 && Bun.which("setpriv") !== null;
if (!CAN_CHANGE_USER)
  process.stderr.write(
    "skipped, as only root can act as another user: whether another user can take the port\n",
  );

/** Tries to listen on a port until it can, and writes a line after each hundred tries. */
const THIEF = `
const [hostname, port] = process.argv.slice(1);
for (let tries = 1; ; tries += 1) {
  try {
    Bun.serve({ hostname, port: Number(port), reusePort: tries % 2 === 0, fetch: () => new Response("", { status: 418 }) });
    console.log("taken");
    break;
  } catch {
    if (tries % 100 === 0) { console.log("refused"); await Bun.sleep(0); }
  }
}`;

/** Another user of the machine, who wants the port of the server. */
class Thief implements AsyncDisposable {
  readonly #directory = new TemporaryDirectory();
  readonly #child: Bun.Subprocess<"ignore", "pipe", "inherit">;
  /** The outcomes of the tries so far. */
  printed = "";

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    const runtime = join(this.#directory.path, "bun");
    // The runtime of the tests may lie where others may not enter.
    copyFileSync(process.execPath, runtime);
    chmodSync(runtime, 0o755);
    chmodSync(this.#directory.path, 0o755);
    const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
    this.#child = Bun.spawn([...asNobody, runtime, "-e", THIEF, hostname, port], {
      cwd: this.#directory.path,
      env: { PATH: Bun.env.PATH },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    void this.#follow();
  }

  /** Waits until it has tried often from now on. */
  async trial(): Promise<void> {
    const { length } = this.printed;
    await until(() => this.printed.length > length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
    this.#directory[Symbol.dispose]();
  }

  async #follow(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout) this.printed += decoder.decode(chunk, { stream: true });
  }
}

/** A request with a token, the body of which does not come. */
function slowRequest(token: string): string {
  return `POST /publisher.v1/api-token/current HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{`;
}

const KINDS = [
  ["that send nothing", ""],
  ["that send a part of a request", "GET /healthz HTTP/1.1\r\n"],
  ["that wait for another request", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"],
] as const;

describe.skipIf(process.platform !== "linux")("more connections than files may be open,", () => {
  for (const [kind, sent] of KINDS)
    test(`${kind}: they are closed, logged once, and everything goes on`, async () => {
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

  test.skipIf(!CAN_CHANGE_USER)("again and again: no other user gets the port meanwhile", async () => {
    await using server = await start();
    await using thief = new Thief(server.url);
    await thief.trial();
    for (let wave = 0; wave < 3; wave += 1) {
      using slow = await once(() => RawConnection.open(server.url));
      slow.send(slowRequest(server.firstToken));
      const connections = await crowd(server.url, "GET /healthz HTTP/1.1\r\n");
      await untilNear(server);
      expect((await once(() => fetch(`${server.url}/healthz`))).status).toBe(200);
      await thief.trial();
      for (const connection of connections) connection[Symbol.dispose]();
    }
    expect(thief.printed).toMatch(/^(refused\n)+$/);
  });
});
