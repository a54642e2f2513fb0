import { statSync } from "node:fs";
import { ownCommand } from "../../server/self-command.ts";
import { print, say } from "../../terminal/print.ts";

const EVERY_MS = 200;

/** How often in a row the copy has not grown that is done. */
const STILL_COUNT = 5;

export interface Work {
  /** The arguments of this program that do the work. */
  readonly command: readonly string[];
  /** About how many bytes the copy gets. */
  readonly bytes: number;
  /** Where the process with this id writes its copy. */
  readonly copyOf: (process: number) => string;
}

/**
 * Runs a command in a process of its own, and shows meanwhile how far its copy is: SQLite copies in one step, in which
 * its own process cannot say anything. Sets its exit code, and gives whether it was successful.
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

/** In the place of what was there before: https://en.wikipedia.org/wiki/ANSI_escape_code#Control_Sequence_Introducer_commands */
function show(text: string): void {
  process.stderr.write(`\r${text}\u001b[K`);
}

/** What the work is at, as the size of its copy tells it. */
export class Steps {
  readonly #path: string;
  readonly #bytes: number;
  #size = 0;
  #sameSince = 0;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** To be asked every now and then. A copy is smaller than its store where that has gaps, and ends when it grows no more. */
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
