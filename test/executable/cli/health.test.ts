import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { expectRefusal } from "./refusal.ts";

describe("publisher health", () => {
  test("finds a server by the settings of serve, and says that it is well", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    const { port } = new URL(server.url);
    const proxy = { HTTP_PROXY: "http://127.0.0.1:1", http_proxy: "http://127.0.0.1:1" };
    for (const [args, env] of [
      [["--port", port], proxy],
      [[], { PUBLISHER_PORT: port }],
      [[], { PUBLISHER_LISTEN: `127.0.0.1:${port}` }],
      [["--listen", `0.0.0.0:${port}`], { PUBLISHER_PORT: "1" }],
      [["--url", `${server.url}/`], { PUBLISHER_PORT: "bad" }],
    ] as const)
      expect(await terminal.run(["health", ...args], { env })).toEqual({
        exitCode: 0,
        stdout: `The server at ${server.url} is ready.\n`,
        stderr: "",
      });
    const alive = await terminal.output("health", "--live", "--port", port);
    expect(alive).toBe(`The server at ${server.url} is alive.\n`);
    expect(terminal.names).toEqual([]);
  });

  test("asks a Unix socket", async () => {
    using terminal = new Terminal();
    const socket = join(terminal.cwd, "publisher.sock");
    const listen = ["--listen", `unix:${socket}`];
    const message = `No server answers at unix:${socket}: there is no such socket.\n`;
    await expectRefusal(terminal, ["health", ...listen], 1, message);
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
    using other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(body, { status }) });
    const base = `http://127.0.0.1:${other.port}`;
    await expectRefusal(
      terminal,
      ["health", "--url", base],
      1,
      `The server at ${base} is not ready: ${reason}.\n`,
    );
  });

  test("asks whether the store answers, and with --live only whether the server does", async () => {
    using terminal = new Terminal();
    const asked: string[] = [];
    const fetch = ({ url }: Request) => {
      asked.push(new URL(url).pathname);
      return Response.json({ status: "ok" });
    };
    await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
    for (const flags of [[], ["--live"]])
      await terminal.output("health", "--url", `http://127.0.0.1:${server.port}`, ...flags);
    expect(asked).toEqual(["/readyz", "/healthz"]);
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
    const args = ["health", "--port", String(silent.port)];
    await expectRefusal(terminal, args, 1, "no answer within 5 seconds.\n");
    silent.stop(true);
  });
});
