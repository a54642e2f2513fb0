import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join, normalize } from "node:path";
import { RunningServer } from "../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import {
  COMMANDS,
  RUNNABLE,
  type RunningProxies,
  startDocumented,
  stopProxies,
} from "../support/proxies/running-proxy.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const isAnyInstalled = [...COMMANDS.values()].some((command) => command !== null);
const git = Bun.which("git");
if (git === null) process.stderr.write('skipped, as there is no git ("apt-get install git"): cloning\n');
const isSkipped = git === null || !isAnyInstalled;

let directory: TemporaryDirectory;
let files: Bun.Server<undefined>;
let server: RunningServer;
let proxies: RunningProxies;

beforeAll(async () => {
  if (isSkipped) return;
  directory = new TemporaryDirectory();
  await makeRepository();
  files = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: served });
  server = await RunningServer.start();
  proxies = await startDocumented({
    audience: "wiki",
    publisher: new URL(server.url).host,
    service: `127.0.0.1:${files.port}`,
    token: "basic",
  });
});

afterAll(async () => {
  if (isSkipped) return;
  await stopProxies(proxies);
  await server[Symbol.asyncDispose]();
  await files.stop(true);
  directory[Symbol.dispose]();
});

/** Runs git away from the settings of whoever runs the tests, with nobody to ask for a password. */
async function run(args: readonly string[]): Promise<{ readonly exitCode: number; readonly said: string }> {
  const child = Bun.spawn([git ?? "git", ...args], {
    cwd: directory.path,
    env: {
      PATH: Bun.env.PATH ?? "",
      HOME: directory.path,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@wiki.example",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@wiki.example",
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, said: out + err };
}

/** A repository that any server of files can serve. https://git-scm.com/book/en/v2/Git-Internals-Transfer-Protocols */
async function makeRepository(): Promise<void> {
  await Bun.write(join(directory.path, "work/page.txt"), "the page\n");
  for (const args of [
    ["init", "--quiet", "work"],
    ["-C", "work", "add", "page.txt"],
    ["-C", "work", "commit", "--quiet", "--message", "A page"],
    ["clone", "--quiet", "--bare", "work", "wiki.git"],
    ["-C", "wiki.git", "update-server-info"],
  ]) {
    const { exitCode, said } = await run(args);
    if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${said}`);
  }
}

function served(request: Request): Response {
  const path = join(directory.path, normalize(new URL(request.url).pathname));
  return existsSync(path) ? new Response(Bun.file(path)) : new Response("", { status: 404 });
}

for (const kind of RUNNABLE) {
  describe.skipIf(isSkipped || COMMANDS.get(kind) === null)(kind, () => {
    test("lets git clone with a token as its password, and without one not", async () => {
      const body = { access: "read", audiences: ["wiki"] };
      const { token } = (await server.call("api-token/create", body)).json;
      const { host } = new URL(proxies.get(kind)?.url ?? "");
      const cloned = await run(["clone", `http://git:${token}@${host}/wiki.git`, kind]);
      expect(cloned.said).not.toContain("fatal");
      expect(await Bun.file(join(directory.path, kind, "page.txt")).text()).toBe("the page\n");
      const refused = await run(["clone", `http://${host}/wiki.git`, `${kind}-refused`]);
      // git asks for a user only where it was challenged with Basic.
      expect(refused.said).toContain("could not read Username");
      expect(refused.exitCode).not.toBe(0);
    });
  });
}
