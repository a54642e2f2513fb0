import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { requestsPerSecond } from "./load.ts";

const ROUNDS = 5;
const CONNECTIONS = 32;
const SECONDS = 2;
export const EXECUTABLE = resolve(import.meta.dir, "../dist/publisher");

/** The request that is sent to Publisher again and again. */
export interface Asked {
  /** The first line of the request, without the version of HTTP. */
  readonly target: string;
  /** Every other line, and the body, where there is one. A function gets the server's address and its first token. */
  readonly rest: string | ((url: string, firstToken: string) => Promise<string>);
  /** The status that Publisher answers with; 200 if left out. */
  readonly status?: number;
  /** The secret that comes with it, from a server at that address and its first token. */
  readonly secretFrom: (url: string, firstToken: string) => Promise<string>;
  /** The items in one request, to print the time of each; left out where there is one. */
  readonly items?: { readonly name: string; readonly count: number };
}

/** Prints the processor time of a request to the built executable, as a ratio to a bare Bun.serve in the same run. Linux only. */
export async function printRatio(
  name: string,
  { target, rest, status = 200, secretFrom, items }: Asked,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "publisher-bench-"));
  const bare = await started([process.execPath, join(import.meta.dir, "bare-server.ts")]);
  const publisher = await started([EXECUTABLE, "--port", "0", "--data-dir", directory]);
  try {
    const firstToken = readFileSync(join(directory, "first-token"), "utf8").trim();
    const url = `http://127.0.0.1:${publisher.port}`;
    const secret = await secretFrom(url, firstToken);
    const more = typeof rest === "string" ? rest : await rest(url, firstToken);
    const request = `${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${secret}\r\n${more}`;
    const ratios: number[] = [];
    const times: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const least = await measured(bare, request, 200);
      const whole = await measured(publisher, request, status);
      ratios.push(whole.cpuMicroseconds / least.cpuMicroseconds);
      times.push(whole.cpuMicroseconds);
      process.stdout.write(`${round}: bare ${shown(least)}; ${name} ${shown(whole)}\n`);
    }
    process.stdout.write(
      `One ${name} request takes ${median(ratios).toFixed(2)} times a bare one's processor time.\n`,
    );
    if (items === undefined) return;
    const each = median(times) / items.count;
    process.stdout.write(`With ${items.count}, each ${items.name} takes ${each.toFixed(2)} µs.\n`);
  } finally {
    bare.child.kill();
    publisher.child.kill();
    await Promise.all([bare.child.exited, publisher.child.exited]);
    rmSync(directory, { recursive: true, force: true });
  }
}

export interface Measured {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

/** Other programs on the machine change the number of requests a second, but hardly the processor time of one. */
export async function measured(
  { child, port }: Started,
  request: string,
  status: number,
  connections = CONNECTIONS,
): Promise<Measured> {
  const before = cpuSeconds(child.pid);
  const load = { port, request, status, connections, seconds: SECONDS };
  const perSecond = await requestsPerSecond(load);
  const cpuMicroseconds = ((cpuSeconds(child.pid) - before) * 1e6) / (perSecond * SECONDS);
  return { perSecond, cpuMicroseconds };
}

/** User and system time of a process so far, in ticks of a hundredth of a second: proc_pid_stat(5). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function shown({ perSecond, cpuMicroseconds }: Measured): string {
  return `${Math.round(perSecond)}/s, ${cpuMicroseconds.toFixed(1)} µs each`;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export type Started = Awaited<ReturnType<typeof started>>;

/** Starts a server that prints its address, and waits until it listens. */
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
