import { readdirSync } from "node:fs";
import { join } from "node:path";
import { TemporaryDirectory } from "../temporary.ts";
import { type Ran, run, type Surroundings } from "./executable.ts";

/** A terminal in a directory that is empty at first, with no environment. */
export class Terminal implements Disposable {
  readonly #directory = new TemporaryDirectory();

  get cwd(): string {
    return this.#directory.path;
  }

  get dataDir(): string {
    return join(this.cwd, "data");
  }

  /** Everything in the directory, by name. */
  get names(): string[] {
    return readdirSync(this.cwd).sort();
  }

  /** Runs a command to its end. Returns its output and its exit code. */
  async run(args: readonly string[], surroundings: Partial<Surroundings> = {}): Promise<Ran> {
    return await run(args, { cwd: this.cwd, ...surroundings });
  }

  /** Runs a command that must succeed. Returns its stdout. */
  async output(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(args);
    if (exitCode !== 0) throw new Error(`${args.join(" ")}: exit code ${exitCode}, ${stderr}`);
    return stdout;
  }

  /** Creates a token here, in a new store if there is none; returns the output of `--json`. */
  async createToken(
    access: "read" | "write",
    ...more: readonly string[]
  ): Promise<{ id: string; token: string }> {
    const flags = ["--access", access, "--json", "--new-store", ...more];
    return JSON.parse(await this.output("token", "create", ...flags));
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}
