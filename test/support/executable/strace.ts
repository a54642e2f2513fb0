import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryDirectory } from "../temporary.ts";

/** Whether strace is here and may look at processes; where not, prints the skipped test on stderr. */
export function canTrace(skipped: string): boolean {
  if (Bun.which("strace") === null) {
    process.stderr.write(`skipped, as there is no strace ("apt-get install strace"): ${skipped}\n`);
    return false;
  }
  const { exitCode } = Bun.spawnSync(["sh", "-c", "sleep 0.2 & strace -qq -o /dev/null -p $!"]);
  if (exitCode !== 0) process.stderr.write(`skipped, as strace may not trace here: ${skipped}\n`);
  return exitCode === 0;
}

/** A record of the system calls of a process, each as strace writes it, in the order in which they returned. */
export class SystemCalls implements Disposable {
  readonly #directory = new TemporaryDirectory();

  /** The command that runs and traces the process. The process stays a child of the caller. */
  under(calls: readonly string[]): readonly string[] {
    const files = join(this.#directory.path, "calls");
    // A file for each thread, so that no call of one is cut in two by a call of another.
    return ["strace", "-D", "-ff", "-y", "-qq", "-s", "128", "-e", `trace=${calls.join(",")}`, "-o", files];
  }

  /** The calls of the process's first thread, which is the one that runs JavaScript. */
  of(pid: number): readonly string[] {
    return readFileSync(join(this.#directory.path, `calls.${pid}`), "utf8").split("\n");
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

/** Lets system calls of a running process fail while `work` runs; `fault` is as in `fsync:error=EIO`. */
export async function whileFailing(pid: number, fault: string, work: () => Promise<void>): Promise<void> {
  const args = ["-f", "-p", String(pid), "-o", "/dev/null", "-e", `inject=${fault}`];
  const strace = Bun.spawn(["strace", ...args], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  try {
    await untilAttached(strace.stderr);
    await work();
  } finally {
    strace.kill("SIGINT");
    await strace.exited;
  }
}

async function untilAttached(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  let said = "";
  for await (const chunk of stderr.values({ preventCancel: true })) {
    said += decoder.decode(chunk, { stream: true });
    if (said.includes("attached")) return;
  }
  throw new Error(`strace did not attach: ${said}`);
}
