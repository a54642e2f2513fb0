import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const README = "../README.md";

/** The pages with examples for a reader who has just started the server. */
const NAMES = "api audit-trail command-line introspection leaked-token usage verify".split(" ");
const PAGES = [README, ...NAMES.map((name) => `${name}.md`)];

/** How an indented paragraph begins that is no command: an answer, a header, a line of a `Containerfile`. */
const NO_COMMAND = /^(?:\{|"|Authorization:|HEALTHCHECK )/;

/** Commands that install something, start the server or wait for keys. */
const NOT_RUN = /^(?:npx|sudo|source|publisher completion) |\| less$/;

const CURL = Bun.which("curl");
if (CURL === null) process.stderr.write("skipped, as there is no curl: whether the printed examples work\n");

let server: RunningServer;
let directory: TemporaryDirectory;

/** All commands of a page, in order, as a person pastes them into one shell. */
function commandsOf(page: string): string {
  return readFileSync(resolve(import.meta.dir, "../../../docs", page), "utf8")
    .split("\n\n")
    .filter((paragraph) => paragraph.startsWith("    "))
    .map((paragraph) => paragraph.replaceAll(/^ {4}/gm, ""))
    .filter((paragraph) => !NO_COMMAND.test(paragraph))
    .flatMap((paragraph) => paragraph.split("\n"))
    .filter((line) => !NOT_RUN.test(line))
    .join("\n");
}

beforeAll(async () => {
  if (CURL === null) return;
  server = await RunningServer.start();
  directory = new TemporaryDirectory();
  // Writes down its arguments, and fails for a refused request.
  const noted = `printf '%s\\n' "$@" >>'${join(directory.path, "arguments")}'`;
  const script = `#!/bin/sh\n${noted}\nexec '${CURL}' --fail-with-body "$@"\n`;
  writeFileSync(join(directory.path, "curl"), script, { mode: 0o755 });
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  directory?.[Symbol.dispose]();
});

test.skipIf(CURL === null).each(PAGES)("all commands of a page work as printed: %s", async (page) => {
  using clone = new TemporaryDirectory();
  mkdirSync(join(clone.path, "dist"));
  symlinkSync(EXECUTABLE, join(clone.path, "dist/publisher"));
  symlinkSync(server.dataDir, join(clone.path, "data"));
  const commands = commandsOf(page);
  expect(commands).toMatch(/^(?:echo|dist\/publisher|curl|call) /m);
  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  const filledIn = commands.replaceAll("http://127.0.0.1:8080", server.url).replaceAll("atok_…", id);
  const { port } = new URL(server.url);
  const always = { PATH: `${directory.path}:${Bun.env.PATH}`, PUBLISHER_PORT: port };
  // The README itself sets the variables for the other pages.
  const variables = page === README ? {} : { PUBLISHER: server.url, TOKEN: server.firstToken };
  const { exitCode, stderr } = Bun.spawnSync(["sh", "-euxc", filledIn], {
    cwd: clone.path,
    env: { ...always, ...variables },
  });
  expect([stderr.toString(), exitCode]).toEqual([expect.any(String), 0]);
});

test.skipIf(CURL === null)("no example has a secret in the arguments of curl", () => {
  const words = readFileSync(join(directory.path, "arguments"), "utf8");
  expect(words).toContain(server.url);
  expect(words).not.toContain("sk_live_");
});
