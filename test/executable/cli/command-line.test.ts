import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { $ } from "bun";
import manifest from "../../../package.json" with { type: "json" };
import { VARIABLES } from "../../../src/settings/variables.ts";
import { EXECUTABLE } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const COMMANDS = [
  { args: [], names: ["serve", "token", "usage", "health", "check", "completion", "--help", "--version"] },
  { args: ["serve"], names: ["--host", "--port", "--data-dir", "--log-level", "--trusted-proxies"] },
  { args: ["token"], names: ["create", "list", "update", "rotate", "revoke", "verify", "generate"] },
  {
    args: ["token", "create"],
    names: [
      "--access",
      "--audience",
      "--description",
      "--expires-at",
      "--expires-in",
      "--new-store",
      "--json",
      "--data-dir",
    ],
  },
  {
    args: ["token", "list"],
    names: ["--all", "--status", "--audience", "--unused-for", "--expiring-within", "--json"],
  },
  { args: ["token", "update"], names: ["<ID>", "--no-description", "--no-expiry", "--json", "--data-dir"] },
  { args: ["token", "rotate"], names: ["<ID>", "--overlap", "--no-expiry", "--json", "--data-dir"] },
  { args: ["token", "verify"], names: ["--access", "--audience", "--json", "--data-dir"] },
  { args: ["audit", "list"], names: ["--token", "--limit", "--json", "--data-dir"] },
  { args: ["token", "revoke"], names: ["<ID>", "--json", "--data-dir"] },
  { args: ["token", "generate"], names: ["PUBLISHER_FIRST_TOKEN"] },
  { args: ["token", "get"], names: ["<ID>", "--json", "--data-dir"] },
  { args: ["usage"], names: ["[ID]", "--bucket", "--last", "--from", "--to", "--json", "--data-dir"] },
  { args: ["health"], names: ["--url", "--live", "--host", "--port", "--listen"] },
  { args: ["completion"], names: ["bash", "zsh", "fish"] },
  { args: ["check"], names: ["--data-dir", "PUBLISHER_DATA_DIR", "./data"] },
];

describe("help", () => {
  test.each(COMMANDS)("publisher $args --help", async ({ args, names }) => {
    using terminal = new Terminal();
    for (const flag of ["--help", "-h"]) {
      const { exitCode, stdout, stderr } = await terminal.run([...args, flag]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toStartWith(`Usage: ${["publisher", ...args].join(" ")}`);
      for (const name of names) expect(stdout).toContain(name);
    }
    expect(terminal.names).toEqual([]);
  });

  test("offers port 0 for serve, and not for health, which cannot ask it", async () => {
    using terminal = new Terminal();
    const freePort = /;\s+0\s+for\s+a\s+free\s+one/;
    expect(await terminal.output("serve", "--help")).toMatch(freePort);
    expect(await terminal.output("health", "--help")).not.toMatch(freePort);
    expect((await terminal.run(["health", "--port", "0"])).exitCode).toBe(2);
  });

  test("names every variable and every default that serve has", async () => {
    using terminal = new Terminal();
    const help = (await terminal.output("serve", "--help")).replaceAll(/\s+/g, " ");
    expect(help).toContain("PUBLISHER_HOST; default 127.0.0.1");
    expect(help).toContain("PUBLISHER_PORT; default 8080");
    expect(help).toContain("PUBLISHER_DATA_DIR; default ./data");
    for (const variable of VARIABLES) expect(help).toContain(variable);
    expect(help).toContain(
      'how much to log (or PUBLISHER_LOG_LEVEL; default info) (choices: "debug", "info", "warn", "error", "silent")',
    );
  });
});

test("the README names every variable that serve has", async () => {
  const readme = await Bun.file(join(import.meta.dir, "../../../README.md")).text();
  for (const variable of VARIABLES) expect(readme).toMatch(new RegExp(`\`${variable}(?:=off)?\``));
});

test("the version says from which commit it was built", async () => {
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

describe("where the store is", () => {
  test("a flag counts over the environment, that over the default, and an empty variable counts as none", async () => {
    using terminal = new Terminal();
    const env = { PUBLISHER_DATA_DIR: "from-variable" };
    const create = ["token", "create", "--access", "read", "--new-store"];
    await terminal.run([...create, "--data-dir", "from-flag"], { env });
    expect(terminal.names).toEqual(["from-flag"]);
    await terminal.run(create, { env });
    expect(terminal.names).toEqual(["from-flag", "from-variable"]);
    await terminal.run(create, { env: { PUBLISHER_DATA_DIR: "" } });
    expect(terminal.names).toEqual(["data", "from-flag", "from-variable"]);
  });

  test.each([
    { args: ["token", "list"] },
    { args: ["token", "list", "--json"] },
    { args: ["token", "update", "atok_1", "--no-expiry"] },
    { args: ["token", "rotate", "atok_1"] },
    { args: ["token", "revoke", "atok_1"] },
    { args: ["token", "verify"] },
    { args: ["token", "get", "atok_1"] },
    { args: ["usage"] },
    { args: ["audit", "list"] },
    { args: ["check"] },
  ])("$args makes no store, and says where it looked for one", async ({ args }) => {
    using terminal = new Terminal();
    const { exitCode, stdout, stderr } = await terminal.run([...args, "--data-dir", "./some/../where"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`There is no Publisher store in ${terminal.cwd}/where.`);
    expect(stderr).toContain("--data-dir");
    expect(stderr).toContain('"publisher serve" makes a new store');
    expect(terminal.names).toEqual([]);
  });
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
