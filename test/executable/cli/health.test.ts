import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** A server that gives everything the same answer. */
function answering(status: number, body: string) {
  return Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(body, { status }) });
}

describe("publisher health", () => {
  test("finds a server by the settings of serve, and says that it is well", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    const { port } = new URL(server.url);
    const ready = { exitCode: 0, stdout: `The server at ${server.url} is ready.\n`, stderr: "" };
    const proxy = { HTTP_PROXY: "http://127.0.0.1:1", http_proxy: "http://127.0.0.1:1" };
    expect(await terminal.run(["health", "--port", port], { env: proxy })).toEqual(ready);
    expect(await terminal.run(["health"], { env: { PUBLISHER_PORT: port } })).toEqual(ready);
    expect(await terminal.run(["health"], { env: { PUBLISHER_LISTEN: `127.0.0.1:${port}` } })).toEqual(ready);
    expect(await terminal.run(["health", "--listen", `0.0.0.0:${port}`])).toEqual(ready);
    expect(await terminal.run(["health", "--url", `${server.url}/`])).toEqual(ready);
    const alive = await terminal.run(["health", "--live", "--port", port]);
    expect(alive).toEqual({ ...ready, stdout: `The server at ${server.url} is alive.\n` });
    expect(terminal.names).toEqual([]);
  });

  test("asks a Unix socket", async () => {
    using terminal = new Terminal();
    const socket = join(terminal.cwd, "publisher.sock");
    const listen = ["--listen", `unix:${socket}`];
    const nobody = await terminal.run(["health", ...listen]);
    expect(nobody).toMatchObject({ exitCode: 1, stdout: "" });
    expect(nobody.stderr).toBe(`publisher: No server answers at unix:${socket}: there is no such socket.\n`);
    await using _server = await RunningServer.start({ cwd: terminal.cwd, args: listen });
    expect(await terminal.output("health", ...listen)).toBe(`The server at unix:${socket} is ready.\n`);
  });

  test.each([
    [
      503,
      '{"error":{"code":"unavailable","message":"The store does not answer"}}',
      "The store does not answer",
    ],
    [200, "<html>", "its answer is not Publisher's, with status 200"],
    [404, '{"error":null}', "its answer is not Publisher's, with status 404"],
    [302, "", "its answer is not Publisher's, with status 302"],
  ])("fails for the answer %d %s", async (status, body, reason) => {
    using terminal = new Terminal();
    using other = answering(status, body);
    const base = `http://127.0.0.1:${other.port}`;
    expect(await terminal.run(["health", "--url", base])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `publisher: The server at ${base} is not ready: ${reason}.\n`,
    });
  });

  test("keeps the password in a URL to itself, and sends it", async () => {
    using terminal = new Terminal();
    const sent: (string | null)[] = [];
    const fetch = ({ headers }: Request) => {
      sent.push(headers.get("authorization"));
      return Response.json({ status: "ok" });
    };
    await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
    const there = `127.0.0.1:${server.port}`;
    expect(await terminal.run(["health", "--url", `http://user:hunter2@${there}`])).toEqual({
      exitCode: 0,
      stdout: `The server at http://${there} is ready.\n`,
      stderr: "",
    });
    expect(sent).toEqual([`Basic ${btoa("user:hunter2")}`]);
    for (const [url, said] of [
      ["http://user:hunter2@127.0.0.1:1", "No server answers at http://127.0.0.1:1: "],
      ["http://user:hunter2@127.0.0.1:1/?query", "http://127.0.0.1:1/?query"],
      ["http://user:hunt@er2@127.0.0.1:port", "http://127.0.0.1:port"],
      ["user:hunter2@127.0.0.1", '"127.0.0.1"'],
    ]) {
      const { exitCode, stdout, stderr } = await terminal.run(["health", "--url", url ?? ""]);
      expect({ exitCode: exitCode === 0, stdout }).toEqual({ exitCode: false, stdout: "" });
      expect(stderr).toContain(said ?? "");
      expect(stderr).not.toMatch(/user:|hunt|er2/);
    }
  });

  test("does not wait for ever for a server that says nothing", async () => {
    using terminal = new Terminal();
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
    const { exitCode, stderr } = await terminal.run(["health", "--port", String(silent.port)]);
    silent.stop(true);
    expect(exitCode).toBe(1);
    expect(stderr).toEndWith("no answer within 5 seconds.\n");
  });
});
