import { fstatSync, fsyncSync, type Stats, statSync, writeSync } from "node:fs";
import { reasonOf } from "../../system-errors.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";

const STDOUT = 1;

/**
 * Throws a CommandFailure where a secret on stdout would be lost for certain. To be called before anything is made or
 * opened. Bun opens /dev/null in place of a closed stdout, so that no file of the store can get its number.
 */
export function requireSecretOutput(): void {
  const fault = outputFault();
  if (fault === null) return;
  throw new CommandFailure(
    `The secret would be lost: stdout ${fault}. Nothing was changed. Run the command where its output is kept, such as in a terminal or with "> secret.txt".`,
  );
}

function outputFault(): string | null {
  if (process.platform === "win32") return null;
  try {
    if (isNullDevice(fstatSync(STDOUT))) return "is closed, or goes to /dev/null";
    // A write of nothing fails where nothing may be written. A pipe takes it even where its reader has left.
    writeSync(STDOUT, "");
    return null;
  } catch (error) {
    return `cannot be written: ${reasonOf(error)}`;
  }
}

function isNullDevice(stdout: Stats): boolean {
  return stdout.isCharacterDevice() && stdout.rdev === statSync("/dev/null", { throwIfNoEntry: false })?.rdev;
}

/**
 * Writes a secret, or the answer that has it, to stdout; a file is brought to disk. Throws the reason if not all of it
 * got there, also where the reader has left.
 */
export async function printSecret(text: string): Promise<void> {
  const written = await Bun.write(Bun.stdout, text);
  if (written < Buffer.byteLength(text)) throw new Error("only a part of it was written");
  if (fstatSync(STDOUT).isFile()) fsyncSync(STDOUT);
}
