import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { useTerminal } from "../../support/store/store-terminal.ts";

const terminal = useTerminal();

const BASH = `source ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _publisher; printf '%s\\n' "\${COMPREPLY[@]}"`;

/** Without a terminal, zsh prints its offers. */
const ZSH = `compdef() { :; }; source ./script
_describe() { print -rl -- \${choices%%:*}; }; compadd() { shift; print -rl -- $@; }; _files() { print -rl -- *(N); }
words=("$@"); CURRENT=$#; _publisher`;

const SHELLS: readonly {
  readonly shell: string;
  readonly command: (words: readonly string[]) => string[];
}[] = [
  { shell: "bash", command: (words) => ["bash", "--norc", "-c", BASH, "bash", ...words] },
  { shell: "zsh", command: (words) => ["zsh", "-f", "-c", ZSH, "zsh", ...words] },
  {
    shell: "fish",
    command: (words) => ["fish", "--no-config", "-c", `source ./script; complete -C '${words.join(" ")}'`],
  },
];

/** The words that a shell offers for the last word, without the descriptions of fish. */
function offered(command: readonly string[]): string[] {
  const { stdout, stderr } = Bun.spawnSync([...command], {
    cwd: terminal.cwd,
    env: { PATH: process.env.PATH, HOME: terminal.cwd, LC_ALL: "C.UTF-8" },
  });
  expect(stderr.toString()).toBe("");
  return (stdout.toString().match(/^[^\t\n]+/gm) ?? []).map(String);
}

const INSTALLED = SHELLS.filter(({ shell }) => Bun.which(shell) !== null);
for (const { shell } of SHELLS.filter((each) => !INSTALLED.includes(each)))
  process.stderr.write(`skipped, as ${shell} is not installed: its completion\n`);

async function writeScript(shell: string): Promise<void> {
  writeFileSync(terminal.path("script"), await terminal.done(`completion ${shell}`));
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

test.each(INSTALLED)("completion in $shell knows all words", async ({ shell, command }) => {
  await writeScript(shell);
  // zsh filters by the start of the last word itself, so here it offers all.
  const next = (words: string) => {
    const found = offered(command(["publisher", ...words.split(" ")]));
    return found.filter((word) => word.startsWith(words.split(" ").at(-1) ?? "")).sort();
  };
  for (const [words, found] of OFFERS) expect([words, next(words).join(" ")]).toEqual([words, found]);
  expect(next("")).toEqual(
    expect.arrayContaining(["audit", "check", "completion", "serve", "token", "usage"]),
  );
  expect(next("audit ")).toContain("list");
  expect(next("nosuch to")).not.toContain("list");
  mkdirSync(terminal.path("my data"));
  const [found = ""] = offered(command(["publisher", "check", "--data-dir", "my"]));
  expect(found.replaceAll("\\", "").replace(/\/$/, "")).toBe("my data");
});

test("bash completes a value behind an equals sign too", async () => {
  await writeScript("bash");
  const words = ["bash", "--norc", "-c", BASH, "bash", "publisher", "token", "create", "--access", "="];
  expect(offered(words)).toEqual(["read", "write"]);
  expect(offered([...words, "re"])).toEqual(["read"]);
});

test("completion names each command that help does", async () => {
  const script = await terminal.done("completion bash");
  const help = await terminal.done("--help");
  const commands = [...help.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(7);
  for (const name of commands) expect(script).toContain(`' ${name}'`);
});

test("completion describes a flag as help does, with its default and its variable", async () => {
  const script = await terminal.done("completion fish");
  expect(script).toContain("'the port of the server; 0 for a free one (default: 8080, env: PUBLISHER_PORT)'");
});
