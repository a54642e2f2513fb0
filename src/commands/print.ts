import { reasonOf } from "../store/reason.ts";
import { withoutSecrets } from "../tokens/redaction.ts";
import { visible } from "../tokens/text.ts";
import { CommandFailure } from "./command-failure.ts";

/**
 * Writes to stdout what the command was asked for. A reader that has left, as `head` does, is no failure; a full
 * disk is, and its sentence ends with `lost`, what that means.
 */
export async function print(text: string, lost = ""): Promise<void> {
  try {
    await Bun.write(Bun.stdout, text);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EPIPE") return;
    throw new CommandFailure(`The answer cannot be written: ${reasonOf(error)}.${lost}`, { cause: error });
  }
}

export async function printJson(value: object, lost = ""): Promise<void> {
  await print(`${JSON.stringify(value, null, 2)}\n`, lost);
}

/** Tells the person at the terminal something, on stderr. */
export function say(text: string): void {
  process.stderr.write(readable(text));
}

/** Text for a person, line by line, that can quote what somebody typed: without secrets and hidden characters. */
export function readable(text: string): string {
  return withoutSecrets(text).split("\n").map(visible).join("\n");
}
