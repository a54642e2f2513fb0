import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Command } from "commander";
import { programWith } from "../../src/cli/program.ts";
import { VARIABLES } from "../../src/settings/environment-variables.ts";
import { expectGolden } from "../support/golden.ts";

const output: string[] = [];
const program = programWith((text) => void output.push(text));

/** The help of a command and of all commands below it. */
function helpOf(command: Command): string[] {
  output.length = 0;
  command.configureHelp({ helpWidth: 80 }).outputHelp();
  return [output.join(""), ...command.commands.flatMap(helpOf)];
}

test("the help of every command is that in help.txt", async () => {
  const texts = helpOf(program);
  expect(texts.length).toBeGreaterThan(15);
  await expectGolden(join(import.meta.dir, "help.txt"), texts.join(`${"=".repeat(80)}\n`));
});

test("the help of serve and the README name every variable", async () => {
  const serve = program.commands.flatMap((command) => (command.name() === "serve" ? helpOf(command) : []));
  const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();
  for (const variable of VARIABLES) {
    expect(serve.join("")).toContain(variable);
    expect(readme).toMatch(new RegExp(`\`${variable}(?:=off)?\``));
  }
});
