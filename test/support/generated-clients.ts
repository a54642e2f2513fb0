import { copyFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { runTool } from "./run-tool.ts";
import { TemporaryDirectory } from "./temporary.ts";

/** A package of its own: most generators need a TypeScript that is older than the project's. */
const CLIENTS = resolve(import.meta.dir, "../clients");

/** The arguments of each generator, which reads `openapi.json` in its working directory. */
export const GENERATORS = {
  "openapi-fetch": ["openapi-typescript", "openapi.json", "--output", "generated.ts"],
  "hey-api": ["openapi-ts", "--input", "openapi.json", "--output", "generated"],
  oazapfts: ["oazapfts", "openapi.json", "generated.ts"],
  orval: ["orval", "--config", "orval.config.js"],
} as const;

export type GeneratorName = keyof typeof GENERATORS;

/** A generated client beside a program that uses it, in a directory that goes away with `using`. */
export class GeneratedClient implements Disposable {
  readonly #directory = new TemporaryDirectory();

  private constructor() {}

  /** Generates the client from the document. Throws if the generator fails. */
  static async generate(name: GeneratorName, document: string): Promise<GeneratedClient> {
    const client = new GeneratedClient();
    const path = client.#directory.path;
    symlinkSync(join(CLIENTS, "node_modules"), join(path, "node_modules"));
    for (const file of ["tsconfig.json", "package.json", "orval.config.js"])
      copyFileSync(join(CLIENTS, file), join(path, file));
    copyFileSync(join(CLIENTS, "programs", `${name}.ts`), join(path, "program.ts"));
    await Bun.write(join(path, "openapi.json"), document);
    const [command, ...args] = GENERATORS[name];
    const { exitCode, printed } = await ran(path, [tool(command), ...args]);
    if (exitCode !== 0) throw new Error(`${name} failed: ${printed}`);
    return client;
  }

  /** The errors of the TypeScript compiler in the program and the client; empty for none. */
  async compile(): Promise<string> {
    const { exitCode, printed } = await ran(this.#directory.path, [tool("tsc"), "--project", "."]);
    return exitCode === 0 ? "" : printed || `tsc exited with ${exitCode}`;
  }

  /** Runs the program against a server. Returns its output, as JSON. */
  async tryOut(url: string, secret: string): Promise<unknown> {
    const script =
      'import { tryClient } from "./program.ts";' +
      `console.log(JSON.stringify(await tryClient(${JSON.stringify(url)}, ${JSON.stringify(secret)})));`;
    const { exitCode, printed } = await ran(this.#directory.path, ["--eval", script]);
    if (exitCode !== 0) throw new Error(printed);
    return JSON.parse(printed);
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

/** Installs the generators as their lockfile has them; quick where they are there already. */
export async function installGenerators(): Promise<void> {
  const { exitCode, printed } = await ran(CLIENTS, ["install", "--frozen-lockfile"], process.env);
  if (exitCode !== 0) throw new Error(`the generators cannot be installed: ${printed}`);
}

function tool(command: string): string {
  return join(CLIENTS, "node_modules/.bin", command);
}

async function ran(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = { CI: "true", HOME: cwd }) {
  const { exitCode, stdout, stderr } = await runTool(cwd, args, env);
  return { exitCode, printed: exitCode === 0 ? stdout : stdout + stderr };
}
