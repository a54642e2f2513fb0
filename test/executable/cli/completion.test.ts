import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Terminal } from "../../support/executable/terminal.ts";

type Ask = (terminal: Terminal, ...words: readonly string[]) => string[];

function lines(terminal: Terminal, command: readonly string[]): string[] {
  const { stdout, stderr } = Bun.spawnSync([...command], {
    cwd: terminal.cwd,
    env: { PATH: process.env.PATH, HOME: terminal.cwd, LC_ALL: "C.UTF-8" },
  });
  expect(stderr.toString()).toBe("");
  return stdout
    .toString()
    .split("\n")
    .filter((line) => line !== "");
}

const BASH = `source ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _publisher; printf '%s\\n' "\${COMPREPLY[@]}"`;

/** Without a terminal, zsh prints its offers. */
const ZSH = `compdef() { :; }; source ./script
_describe() { print -rl -- \${choices%%:*}; }; compadd() { shift; print -rl -- $@; }; _files() { print -rl -- *(N); }
words=("$@"); CURRENT=$#; _publisher`;

const SHELLS: readonly { readonly shell: string; readonly ask: Ask }[] = [
  {
    shell: "bash",
    ask: (terminal, ...words) => lines(terminal, ["bash", "--norc", "-c", BASH, "bash", ...words]),
  },
  { shell: "zsh", ask: (terminal, ...words) => lines(terminal, ["zsh", "-f", "-c", ZSH, "zsh", ...words]) },
  {
    shell: "fish",
    ask: (terminal, ...words) => {
      const line = `source ./script; complete -C '${words.join(" ")}'`;
      return lines(terminal, ["fish", "--no-config", "-c", line]).map((found) => found.split("\t")[0] ?? "");
    },
  },
];

const MISSING = SHELLS.filter(({ shell }) => Bun.which(shell) === null);
for (const { shell } of MISSING)
  process.stderr.write(`skipped, as ${shell} is not installed: its completion\n`);

/** The offers of a script with this start. zsh filters by the start itself, so here it offers all. */
function matching(found: readonly string[], start: string): string[] {
  return found.filter((word) => word.startsWith(start)).sort();
}

async function withScript(shell: string): Promise<Terminal> {
  const terminal = new Terminal();
  writeFileSync(join(terminal.cwd, "script"), await terminal.output("completion", shell));
  return terminal;
}

/** Words after `publisher`, and the words that a shell offers for the last one. */
const OFFERS: readonly (readonly [words: string, offered: string])[] = [
  ["to", "token"],
  ["token re", "revoke"],
  ["token ro", "rotate"],
  ["token create --a", "--access --audience"],
  ["token create --access ", "read write"],
  ["token create --json --access w", "write"],
  ["token create --description li", ""],
  ["token create --description list --ex", "--expires-at --expires-in"],
  ["token list --status ", "active expired revoked"],
  ["usage --bucket ", "day hour"],
  ["completion z", "zsh"],
  ["serve --log-level w", "warn"],
  ["--po", "--port"],
];

describe.each(SHELLS)("completion in $shell", ({ shell, ask }) => {
  test.skipIf(Bun.which(shell) === null)("knows commands, flags, values and directories", async () => {
    using terminal = await withScript(shell);
    const next = (words: string) =>
      matching(ask(terminal, "publisher", ...words.split(" ")), words.split(" ").at(-1) ?? "");
    for (const [words, offered] of OFFERS) expect([words, next(words).join(" ")]).toEqual([words, offered]);
    expect(next("")).toEqual(
      expect.arrayContaining(["audit", "check", "completion", "serve", "token", "usage"]),
    );
    expect(next("audit ")).toContain("list");
    expect(next("nosuch to")).not.toContain("list");
    mkdirSync(join(terminal.cwd, "my data"));
    const [found = ""] = ask(terminal, "publisher", "check", "--data-dir", "my");
    expect(found.replaceAll("\\", "").replace(/\/$/, "")).toBe("my data");
  });
});

test("bash completes a value behind an equals sign too", async () => {
  using terminal = await withScript("bash");
  const ask = (...words: readonly string[]) => SHELLS[0]?.ask(terminal, "publisher", "token", ...words);
  expect(ask("create", "--access", "=")).toEqual(["read", "write"]);
  expect(ask("create", "--access", "=", "re")).toEqual(["read"]);
});

test("completion names each command that help does", async () => {
  using terminal = new Terminal();
  const script = await terminal.output("completion", "bash");
  const help = await terminal.output("--help");
  const commands = [...help.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(7);
  for (const name of commands) expect(script).toContain(`' ${name}'`);
});

test("completion describes a flag as help does, with its default and its variable", async () => {
  using terminal = new Terminal();
  const script = await terminal.output("completion", "fish");
  expect(script).toContain("'the port of the server; 0 for a free one (default: 8080, env: PUBLISHER_PORT)'");
});
