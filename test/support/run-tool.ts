import { PATIENCE_MS } from "./patience.ts";

/** Runs a tool with Bun to its end. `env` is the whole environment, so that no tool reports its use to its maker. */
export async function runTool(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = Bun.spawn([process.execPath, ...args], {
    cwd,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: PATIENCE_MS,
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}
