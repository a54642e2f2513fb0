import { reasonOf } from "../system-errors.ts";
import { withoutSecrets } from "../tokens/secret/redaction.ts";
import { visible } from "../tokens/visible-text.ts";
import { CommandFailure } from "./command-failure.ts";

/** Writes an answer to stdout. Throws CommandFailure on a full disk, but not if a reader such as `head` has left. */
export async function print(text: string): Promise<void> {
  await printEach([text]);
}

/** Prints about a change. If `printing` fails, throws a CommandFailure that reports the change, `done`. */
export async function printAfter<T>(done: string, printing: Promise<T>): Promise<T> {
  try {
    return await printing;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const reason = reasonOf(error.cause);
    throw new CommandFailure(`${done}; only the message about it cannot be written: ${reason}.`, {
      cause: error,
    });
  }
}

/** The same for an answer in parts. Stops after the reader has left. */
export async function printEach(parts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  for await (const part of parts) if (!(await isWritten(part))) return;
}

async function isWritten(text: string): Promise<boolean> {
  // An empty write by Bun would empty the file behind stdout.
  if (text === "") return true;
  try {
    await Bun.write(Bun.stdout, text);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EPIPE") return false;
    throw new CommandFailure(`The answer cannot be written: ${reasonOf(error)}.`, { cause: error });
  }
}

export async function printJson(value: object): Promise<void> {
  await print(asJson(value));
}

/** JSON in the form of every command. */
export function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Prints a text for the person at the terminal, on stderr. */
export function say(text: string): void {
  process.stderr.write(readable(text));
}

/** Removes secrets from a text for people, and shows its hidden characters. It can quote the input of a user. */
export function readable(text: string): string {
  return withoutSecrets(text).split("\n").map(visible).join("\n");
}
