import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join, normalize } from "node:path";
import { RunningServer } from "../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import {
  describeProxies,
  IS_ANY_INSTALLED,
  type RunningProxies,
  startDocumented,
  stopProxies,
} from "../support/proxies/running-proxy.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const git = Bun.which("git");
if (git === null) process.stderr.write('skipped, as there is no git ("apt-get install git"): cloning\n');
const isSkipped = git === null || !IS_ANY_INSTALLED;

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

let directory: TemporaryDirectory;
let server: RunningServer;
let proxies: RunningProxies;

beforeAll(async () => {
  if (isSkipped) return;
  directory = opened.use(new TemporaryDirectory());
  await makeRepository();
  const files = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: served });
  opened.defer(() => files.stop(true));
  server = opened.use(await RunningServer.start());
  const publisher = new URL(server.url).host;
  proxies = await startDocumented({
    audience: "wiki",
    publisher,
    service: `127.0.0.1:${files.port}`,
    token: "basic",
  });
  opened.defer(() => stopProxies(proxies));
});

/** Runs git without the settings of the user, and without a person to ask for a password. */
async function run(args: readonly string[]): Promise<{ readonly exitCode: number; readonly output: string }> {
  const user = ["-c", "user.name=a", "-c", "user.email=a@wiki.example"];
  const child = Bun.spawn([git ?? "git", ...user, ...args], {
    cwd: directory.path,
    env: {
      PATH: Bun.env.PATH ?? "",
      HOME: directory.path,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exitCode: await child.exited, output: out + err };
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
    const { exitCode, output } = await run(args);
    if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${output}`);
  }
}

function served(request: Request): Response {
  const path = join(directory.path, normalize(new URL(request.url).pathname));
  return existsSync(path) ? new Response(Bun.file(path)) : new Response("", { status: 404 });
}

describeProxies((kind) => {
  test.skipIf(git === null)("git clones with a token as its password, and not without one", async () => {
    const body = { access: "read", audiences: ["wiki"] };
    const { token } = (await server.call("api-token/create", body)).json;
    const { host } = new URL(proxies.get(kind)?.url ?? "");
    const cloned = await run(["clone", `http://git:${token}@${host}/wiki.git`, kind]);
    expect(cloned.output).not.toContain("fatal");
    expect(await Bun.file(join(directory.path, kind, "page.txt")).text()).toBe("the page\n");
    const refused = await run(["clone", `http://${host}/wiki.git`, `${kind}-refused`]);
    // git asks for a user only where it was challenged with Basic.
    expect(refused.output).toContain("could not read Username");
    expect(refused.exitCode).not.toBe(0);
  });
});
