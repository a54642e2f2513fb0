import { fstatSync, fsyncSync, type Stats, statSync, writeSync } from "node:fs";
import { reasonOf } from "../../system-errors.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";

const STDOUT = 1;

/**
 * Throws CommandFailure if a secret on stdout would be lost for certain. Call it before you make or open a file. Bun
 * opens /dev/null in place of a closed stdout, so that no file of the store gets its number.
 */
export function requireSecretOutput(): void {
  const fault = outputFault();
  if (fault === null) return;
  throw new CommandFailure(
    `The secret would be lost: stdout ${fault}. Nothing was changed. Run the command in a terminal, or with "> secret.txt".`,
  );
}

function outputFault(): string | null {
  if (process.platform === "win32") return null;
  try {
    if (isNullDevice(fstatSync(STDOUT))) return "is closed, or goes to /dev/null";
    // An empty write fails if no write is allowed. A pipe takes it even after its reader has left.
    writeSync(STDOUT, "");
    return null;
  } catch (error) {
    return `cannot be written: ${reasonOf(error)}`;
  }
}

function isNullDevice(stdout: Stats): boolean {
  return stdout.isCharacterDevice() && stdout.rdev === statSync("/dev/null", { throwIfNoEntry: false })?.rdev;
}

/** Writes a text with a secret to stdout, and syncs a file to disk. Throws unless all of it is written. */
export async function printSecret(text: string): Promise<void> {
  const written = await Bun.write(Bun.stdout, text);
  if (written < Buffer.byteLength(text)) throw new Error("only a part of it was written");
  if (fstatSync(STDOUT).isFile()) fsyncSync(STDOUT);
}
