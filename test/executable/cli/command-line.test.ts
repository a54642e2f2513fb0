import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { $ } from "bun";
import manifest from "../../../package.json" with { type: "json" };
import { EXECUTABLE } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { expectRefusal } from "./refusal.ts";

test("--help and -h print the help, with bad variables too", async () => {
  using terminal = new Terminal();
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
  using terminal = new Terminal();
  const head = await $`git rev-parse --short=12 HEAD`
    .cwd(import.meta.dir)
    .quiet()
    .nothrow();
  const printed = await terminal.output("--version");
  const [, version, commit] = /^publisher (\S+) \(commit (\S+), bun [\d.]+\)\n$/.exec(printed) ?? [];
  expect(version).toBe(manifest.version);
  expect(commit?.replace("-dirty", "")).toBe(head.exitCode === 0 ? head.text().trim() : "unknown");
  expect(await terminal.output("-V")).toBe(printed);
});

test("a flag wins over a variable, a variable over the default, and an empty variable is none", async () => {
  using terminal = new Terminal();
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
  using terminal = new Terminal();
  const args = [...command.split(" "), "--data-dir", "./some/../where"];
  for (const part of [
    `no Publisher store in ${terminal.cwd}/where.`,
    "--data-dir",
    '"publisher serve" makes',
  ])
    await expectRefusal(terminal, args, 1, part);
  expect(terminal.names).toEqual([]);
});

describe("a reader of stdout that leaves early", () => {
  test.each(["token list", "token list --json", "check", "licenses", "--help", "--version"])(
    "does %s no harm",
    async (command) => {
      using terminal = new Terminal();
      await terminal.createToken("read");
      const line = `{ sleep 0.1; "$0" ${command}; } | :`;
      const { stderr } = Bun.spawnSync(["sh", "-c", line, EXECUTABLE], { cwd: terminal.cwd });
      expect(stderr.toString()).toBe("");
    },
  );
});
