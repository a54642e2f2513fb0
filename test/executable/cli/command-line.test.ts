import { expect, test } from "bun:test";
import { join } from "node:path";
import { $ } from "bun";
import manifest from "../../../package.json" with { type: "json" };
import { EXECUTABLE } from "../../support/executable/executable.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { expectRefusal } from "./refusal.ts";

const terminal = useTerminal();

test("--help and -h print the help, with bad variables too", async () => {
  const golden = await Bun.file(join(import.meta.dir, "../../cli/help.txt")).text();
  for (const command of ["--help", "-h", "serve --help", "token create -h", "health --help"]) {
    const ran = await terminal.run(command.split(" "), { env: { PUBLISHER_PORT: "bad" } });
    expect({ ...ran, stdout: "" }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(ran.stdout).toStartWith("Usage: publisher");
    expect(golden).toContain(ran.stdout);
  }
  expect(terminal.names).toEqual([]);
});

test("the version has the commit of the build", async () => {
  const head = await $`git rev-parse --short=12 HEAD`
    .cwd(import.meta.dir)
    .quiet()
    .nothrow();
  const printed = await terminal.done("--version");
  const [, version, commit] = /^publisher (\S+) \(commit (\S+), bun [\d.]+\)\n$/.exec(printed) ?? [];
  expect(version).toBe(manifest.version);
  expect(commit?.replace("-dirty", "")).toBe(head.exitCode === 0 ? head.text().trim() : "unknown");
  expect(await terminal.done("-V")).toBe(printed);
});

test("a flag wins over a variable, a variable over the default, and an empty variable is none", async () => {
  const create = ["token", "create", "--access", "read", "--new-store"];
  const env = { PUBLISHER_DATA_DIR: "variable" };
  await terminal.run([...create, "--data-dir", "flag"], { env });
  await terminal.run(create, { env: { PUBLISHER_DATA_DIR: "" } });
  expect(terminal.names).toEqual(["data", "flag"]);
  await terminal.run(create, { env });
  expect(terminal.names).toEqual(["data", "flag", "variable"]);
});

test.each([
  "token list",
  "token list --json",
  "token update atok_1 --no-expiry",
  "token rotate atok_1",
  "token revoke atok_1",
  "token verify",
  "token get atok_1",
  "usage",
  "audit list",
  "check",
])("%s makes no store, and its message has the path", async (command) => {
  for (const part of [
    `no Publisher store in ${terminal.path("where")}.`,
    "--data-dir",
    '"publisher serve" makes',
  ])
    await expectRefusal(terminal, `${command} --data-dir ./some/../where`, 1, part);
  expect(terminal.names).toEqual([]);
});

const OF_ONE = ["token get", "token update --no-expiry", "token rotate", "token revoke --json", "usage"];
test.each(OF_ONE)("%s refuses the id of no token, and changes nothing", async (command) => {
  const { id } = await terminal.createToken("read");
  await expectRefusal(terminal, `${command} atok_0`, 1, "There is no token atok_0 in this store.\n");
  expect(await terminal.tokens()).toMatchObject([{ id, status: "active" }]);
});

const PRINTING = ["token list", "token list --json", "check", "licenses", "--help", "--version"];
test.each(PRINTING)("a reader of stdout that leaves early does %s no harm", async (command) => {
  await terminal.createToken("read");
  const line = `{ sleep 0.1; "$0" ${command}; } | :`;
  const { stderr } = Bun.spawnSync(["sh", "-c", line, EXECUTABLE], { cwd: terminal.cwd });
  expect(stderr.toString()).toBe("");
});
