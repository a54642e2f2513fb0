import { statSync } from "node:fs";
import { ownCommand } from "../../server/self-command.ts";
import { print, say } from "../../terminal/print.ts";

const EVERY_MS = 200;

/** A copy is done after so many looks without growth. */
const STILL_COUNT = 5;

export interface Work {
  /** The arguments of this program for the work. */
  readonly command: readonly string[];
  /** The size of the store in bytes; the copy is about as large. */
  readonly bytes: number;
  /** The path of the copy of a process, by its id. */
  readonly copyOf: (process: number) => string;
}

/**
 * Runs a command in another process and shows the progress of its copy: SQLite copies in one step, and blocks its own
 * process meanwhile. Sets the exit code to that of the command, and returns true on success.
 */
export async function withProgress({ command, bytes, copyOf }: Work): Promise<boolean> {
  const child = Bun.spawn(ownCommand(command), { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const path = copyOf(child.pid);
  const steps = new Steps(path, bytes);
  const shown = setInterval(() => show(steps.now()), EVERY_MS);
  const ended = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const [stdout, stderr, exitCode] = await ended.finally(() => clearInterval(shown));
  show("");
  say(stderr);
  await print(stdout);
  process.exitCode = exitCode;
  return exitCode === 0;
}

/** Replaces the text on the line: https://en.wikipedia.org/wiki/ANSI_escape_code#Control_Sequence_Introducer_commands */
function show(text: string): void {
  process.stderr.write(`\r${text}\u001b[K`);
}

/** The present step of the work, by the size of its copy. */
export class Steps {
  readonly #path: string;
  readonly #bytes: number;
  #size = 0;
  #sameSince = 0;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Call it at intervals. A copy ends when it grows no more: it is smaller than a store with gaps. */
  now(): string {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0) return this.#size === 0 ? "Checking the store …" : "Done.";
    this.#sameSince = size === this.#size ? this.#sameSince + 1 : 0;
    this.#size = size;
    if (this.#sameSince >= STILL_COUNT) return "Checking the copy …";
    return `Copying: ${Math.min(Math.floor((100 * size) / this.#bytes), 100)} % of ${megabytes(this.#bytes)}`;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
