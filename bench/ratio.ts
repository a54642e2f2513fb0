import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { requestsPerSecond } from "./load.ts";

const ROUNDS = 5;
const CONNECTIONS = 32;
const SECONDS = 2;
const EXECUTABLE = resolve(import.meta.dir, "../dist/publisher");

/** The request that is sent to Publisher again and again. */
export interface Asked {
  /** The first line of the request, without the version of HTTP. */
  readonly target: string;
  /** Every other line, and the body, where there is one. */
  readonly rest: string;
  /** The status that Publisher answers with; 200 if left out. */
  readonly status?: number;
  /** The secret that comes with it, from a server at that address and its first token. */
  readonly secretFrom: (url: string, firstToken: string) => Promise<string>;
}

/** Prints the processor time of a request to the built executable, as a ratio to a bare Bun.serve in the same run. Linux only. */
export async function printRatio(
  name: string,
  { target, rest, status = 200, secretFrom }: Asked,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "publisher-bench-"));
  const bare = await started([process.execPath, join(import.meta.dir, "bare-server.ts")]);
  const publisher = await started([EXECUTABLE, "--port", "0", "--data-dir", directory]);
  try {
    const firstToken = readFileSync(join(directory, "first-token"), "utf8").trim();
    const secret = await secretFrom(`http://127.0.0.1:${publisher.port}`, firstToken);
    const request = `${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${secret}\r\n${rest}`;
    const ratios: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const least = await measured(bare, request, 200);
      const whole = await measured(publisher, request, status);
      ratios.push(whole.cpuMicroseconds / least.cpuMicroseconds);
      process.stdout.write(`${round}: bare ${shown(least)}; ${name} ${shown(whole)}\n`);
    }
    process.stdout.write(
      `One ${name} request takes ${median(ratios).toFixed(2)} times a bare one's processor time.\n`,
    );
  } finally {
    bare.child.kill();
    publisher.child.kill();
    await Promise.all([bare.child.exited, publisher.child.exited]);
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Measured {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

/** Other programs on the machine change the number of requests a second, but hardly the processor time of one. */
async function measured({ child, port }: Started, request: string, status: number): Promise<Measured> {
  const before = cpuSeconds(child.pid);
  const load = { port, request, status, connections: CONNECTIONS, seconds: SECONDS };
  const perSecond = await requestsPerSecond(load);
  const cpuMicroseconds = ((cpuSeconds(child.pid) - before) * 1e6) / (perSecond * SECONDS);
  return { perSecond, cpuMicroseconds };
}

/** User and system time of a process so far, in ticks of a hundredth of a second: proc_pid_stat(5). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function shown({ perSecond, cpuMicroseconds }: Measured): string {
  return `${Math.round(perSecond)}/s, ${cpuMicroseconds.toFixed(1)} µs each`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

type Started = Awaited<ReturnType<typeof started>>;

export async function started(command: string[]) {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: Bun.file("/dev/null") });
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += new TextDecoder().decode(chunk);
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(printed)?.[1];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error(`the server ended before it listened: ${printed}`);
}
