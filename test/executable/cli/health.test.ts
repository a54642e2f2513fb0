import { expect, test } from "bun:test";
import { type Ran, RunningServer } from "../../support/executable/executable.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { expectRefusal } from "./refusal.ts";

const terminal = useTerminal();

function ready(url: string): Ran {
  return { exitCode: 0, stdout: `The server at ${url} is ready.\n`, stderr: "" };
}

test("health finds a server by the settings of serve, and says that it is well", async () => {
  await using server = await RunningServer.start();
  const { port } = new URL(server.url);
  const proxy = { HTTP_PROXY: "http://127.0.0.1:1", http_proxy: "http://127.0.0.1:1" };
  for (const [args, env] of [
    [["--port", port], proxy],
    [[], { PUBLISHER_PORT: port }],
    [[], { PUBLISHER_LISTEN: `127.0.0.1:${port}` }],
    [["--listen", `0.0.0.0:${port}`], { PUBLISHER_PORT: "1" }],
    [["--url", `${server.url}/`], { PUBLISHER_PORT: "bad" }],
  ] as const)
    expect(await terminal.run(["health", ...args], { env })).toEqual(ready(server.url));
  expect(await terminal.done(`health --live --port ${port}`)).toBe(`The server at ${server.url} is alive.\n`);
  expect(terminal.names).toEqual([]);
});

test("health asks a Unix socket", async () => {
  const socket = `unix:${terminal.path("publisher.sock")}`;
  const health = `health --listen ${socket}`;
  await expectRefusal(terminal, health, 1, `No server answers at ${socket}: there is no such socket.\n`);
  await using _server = await terminal.serve("--listen", socket);
  expect(await terminal.done(health)).toBe(`The server at ${socket} is ready.\n`);
});

test.each([
  [503, '{"error":{"code":"unavailable","message":"It does not answer"}}', "It does not answer"],
  [200, "<html>", "its answer is not Publisher's, with status 200"],
  [404, '{"error":null}', "its answer is not Publisher's, with status 404"],
  [302, "", "its answer is not Publisher's, with status 302"],
])("health fails for the answer %d %s", async (status, body, reason) => {
  using other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(body, { status }) });
  const url = `http://127.0.0.1:${other.port}`;
  const message = `The server at ${url} is not ready: ${reason}.\n`;
  await expectRefusal(terminal, `health --url ${url}`, 1, message);
});

test("health asks whether the store answers, and with --live only whether the server does", async () => {
  const asked: string[] = [];
  const fetch = ({ url }: Request) => {
    asked.push(new URL(url).pathname);
    return Response.json({ status: "ok" });
  };
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
  for (const flag of ["", " --live"])
    await terminal.done(`health --url http://127.0.0.1:${server.port}${flag}`);
  expect(asked).toEqual(["/readyz", "/healthz"]);
});

test("health keeps the password in a URL to itself, and sends it", async () => {
  const sent: (string | null)[] = [];
  const fetch = ({ headers }: Request) => {
    sent.push(headers.get("authorization"));
    return Response.json({ status: "ok" });
  };
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
  const there = `127.0.0.1:${server.port}`;
  const ran = await terminal.run(["health", "--url", `http://user:hunter2@${there}`]);
  expect(ran).toEqual(ready(`http://${there}`));
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

test("health does not wait for ever for a server that says nothing", async () => {
  const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  await expectRefusal(terminal, `health --port ${silent.port}`, 1, "no answer within 5 seconds.\n");
  silent.stop(true);
});
