import { CommanderError } from "commander";
import { UsageError } from "../settings/usage-error.ts";
import { ENOUGH_SPACE } from "../store/sqlite/disk-space-reserve.ts";
import { StoreUnusable } from "../store/sqlite/store-unusable.ts";
import { reasonOf } from "../system-errors.ts";
import { CommandFailure } from "../terminal/command-failure.ts";
import { say } from "../terminal/print.ts";
import { type SpaceUse, StoreUnavailable } from "../tokens/token-store.ts";

/** The command failed. */
const EXIT_FAILURE = 1;
/** The command line or a variable is wrong. */
const EXIT_USAGE = 2;

/** Prints an error that a command threw, and returns the exit code. */
export function reportError(error: unknown): number {
  // Commander has printed its message already; the help and the version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  say(`publisher: ${messageOf(error)}\n`);
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
}

function messageOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof CommandFailure || error instanceof StoreUnusable)
    return error.message;
  if (error instanceof StoreUnavailable) return storeMessage(error);
  if (isSystemError(error)) return `${error.path ?? "A file"} cannot be used: ${reasonOf(error)}.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** An error of a call of the operating system: https://nodejs.org/api/errors.html#class-systemerror */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}

/** The next step on a full disk. */
const NEXT_WITHOUT_SPACE: Readonly<Record<SpaceUse, string>> = {
  changes: '"publisher token revoke" may still work.',
  revocations: `The token still works. If a server runs, revoke the token on its admin page or by the API: it then refuses the token at once. Or free ${ENOUGH_SPACE} on the disk, and try again.`,
};

function storeMessage({ cause, outcome, lacksSpaceFor }: StoreUnavailable): string {
  const reason = cause instanceof Error ? reasonOf(cause) : "unknown cause";
  const next = lacksSpaceFor === null ? "" : ` ${NEXT_WITHOUT_SPACE[lacksSpaceFor]}`;
  if (outcome !== "unknown") return `The store cannot be changed now: ${reason}. Nothing was changed.${next}`;
  return `The storage failed in the middle of the change: ${reason}. "publisher audit list" shows the change if it was made.`;
}
