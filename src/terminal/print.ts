import { reasonOf } from "../system-errors.ts";
import { withoutSecrets } from "../tokens/secret/redaction.ts";
import { visible } from "../tokens/visible-text.ts";
import { CommandFailure } from "./command-failure.ts";

/** Writes an answer to stdout. A reader that has left, as `head` does, is no failure; a full disk is. */
export async function print(text: string): Promise<void> {
  await printEach([text]);
}

/** For a change that was made: says so where `printing` fails. */
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

/** The same for an answer in parts, which are made one after the other; none is made for a reader that has left. */
export async function printEach(parts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  for await (const part of parts) if (!(await isWritten(part))) return;
}

async function isWritten(text: string): Promise<boolean> {
  // Bun empties the file that stdout goes to when it is told to write nothing.
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

/** As every command writes JSON. */
export function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Tells the person at the terminal something, on stderr. */
export function say(text: string): void {
  process.stderr.write(readable(text));
}

/** Text for a person, line by line, that can quote what somebody typed: without secrets and hidden characters. */
export function readable(text: string): string {
  return withoutSecrets(text).split("\n").map(visible).join("\n");
}
