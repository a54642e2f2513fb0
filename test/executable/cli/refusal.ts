import { expect } from "bun:test";
import type { Surroundings } from "../../support/executable/executable.ts";
import type { Terminal } from "../../support/executable/terminal.ts";

/** Expects that a command, without spaces in its words, fails with a code and a message and has no stdout. */
export async function expectRefusal(
  terminal: Terminal,
  command: string,
  expected: number,
  message: string,
  surroundings: Partial<Surroundings> = {},
): Promise<void> {
  const args = command === "" ? [] : command.split(" ");
  const { exitCode, stdout, stderr } = await terminal.run(args, surroundings);
  expect(stderr).toStartWith("publisher: ");
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ +at |\.ts:\d/m);
  expect({ command, exitCode, stdout }).toEqual({ command, exitCode: expected, stdout: "" });
}
