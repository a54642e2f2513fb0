import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join, normalize } from "node:path";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { useProtectedService } from "../support/proxies/protected-service.ts";
import { describeProxies } from "../support/proxies/running-proxy.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const isMissing = Bun.which("git") === null;
if (isMissing) process.stderr.write('skipped, as there is no git ("apt-get install git"): cloning\n');

/** A repository that any server of files can serve. https://git-scm.com/book/en/v2/Git-Internals-Transfer-Protocols */
const MAKE_REPOSITORY = `
  git init --quiet work
  echo "the page" > work/page.txt
  git -C work add page.txt
  git -C work -c user.name=a -c user.email=a@wiki.example commit --quiet --message "A page"
  git clone --quiet --bare work wiki.git
  git -C wiki.git update-server-info`;

const directory = new TemporaryDirectory();
const files = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: served });

beforeAll(async () => {
  if (isMissing) return;
  const { exitCode, output } = await run(MAKE_REPOSITORY);
  if (exitCode !== 0) throw new Error(output);
});

afterAll(async () => {
  await files.stop(true);
  directory[Symbol.dispose]();
});

const service = useProtectedService({ token: "basic", service: () => `127.0.0.1:${files.port}` });

/** Runs git without the settings of the user, and without a person to ask for a password. */
async function run(script: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const env = { PATH: Bun.env.PATH ?? "", HOME: directory.path };
  const child = Bun.spawn(["sh", "-ec", `exec 2>&1; ${script}`], {
    cwd: directory.path,
    env: { ...env, GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0" },
    stdin: "ignore",
    stdout: "pipe",
  });
  const output = await new Response(child.stdout).text();
  return { exitCode: await child.exited, output };
}

function served(request: Request): Response {
  const path = join(directory.path, normalize(new URL(request.url).pathname));
  return existsSync(path) ? new Response(Bun.file(path)) : new Response("", { status: 404 });
}

describeProxies((kind) => {
  test.skipIf(isMissing)("git clones with a token as its password, and not without one", async () => {
    const { host } = new URL(service.proxy(kind).url);
    const cloned = await run(`git clone http://git:${service.read.token}@${host}/wiki.git ${kind}`);
    expect(cloned.output).not.toContain("fatal");
    expect(await Bun.file(join(directory.path, kind, "page.txt")).text()).toBe("the page\n");
    const refused = await run(`git clone http://${host}/wiki.git ${kind}-refused`);
    // git asks for a user only where it was challenged with Basic.
    expect(refused.output).toContain("could not read Username");
    expect(refused.exitCode).not.toBe(0);
  });
});
