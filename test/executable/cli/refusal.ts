import { expect } from "bun:test";
import type { Surroundings } from "../../support/executable/executable.ts";
import type { Terminal } from "../../support/executable/terminal.ts";

/** Expects that a command fails with an exit code and a message, and prints nothing on stdout. */
export async function expectRefusal(
  terminal: Terminal,
  args: readonly string[],
  expected: number,
  message: string,
  surroundings: Partial<Surroundings> = {},
): Promise<void> {
  const { exitCode, stdout, stderr } = await terminal.run(args, surroundings);
  expect(stderr).toStartWith("publisher: ");
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ +at |\.ts:\d/m);
  expect({ args, exitCode, stdout }).toEqual({ args, exitCode: expected, stdout: "" });
}
