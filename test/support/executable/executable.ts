import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Answer, answerOf } from "../http/api.ts";
import { requireTruth } from "../http/truth.ts";
import { PATIENCE_MS } from "../patience.ts";
import { TemporaryDirectory } from "../temporary.ts";

export const EXECUTABLE = resolve(import.meta.dir, "../../../dist/publisher");
if (!existsSync(EXECUTABLE)) throw new Error('dist/publisher is missing: run "bun run build" first');

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The surroundings of a command. Its environment is empty unless one is given. */
export interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs the executable to its end. */
export async function run(args: readonly string[], { cwd, env = {}, stdin }: Surroundings): Promise<Ran> {
  const child = Bun.spawn([EXECUTABLE, ...args], {
    cwd,
    env,
    stdin: stdin === undefined ? "ignore" : new Blob([stdin]),
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

export interface Start {
  /** Where it runs; an empty directory of its own if left out. */
  readonly cwd?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs the executable, as `strace -f`. */
  readonly under?: readonly string[];
  /** Where that command finds the executable; `EXECUTABLE` if left out. */
  readonly executable?: string;
}

/** A running server, on a free port of the loopback unless its arguments say where to listen. */
export class RunningServer implements AsyncDisposable {
  readonly cwd: string;
  readonly child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** Its output so far. */
  stdout = "";
  stderr = "";
  #directory: TemporaryDirectory | null;
  readonly #followed: Promise<unknown>;

  private constructor({ cwd, args = [], env = {}, under = [], executable = EXECUTABLE }: Start) {
    this.#directory = cwd === undefined ? new TemporaryDirectory() : null;
    this.cwd = cwd ?? this.#directory?.path ?? "";
    const freePort = args.includes("--listen") ? [] : ["--port", "0"];
    this.child = Bun.spawn([...under, executable, "serve", ...freePort, ...args], {
      cwd: this.cwd,
      env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#followed = Promise.all([
      this.#follow(this.child.stdout, (text) => {
        this.stdout += text;
      }),
      this.#follow(this.child.stderr, (text) => {
        this.stderr += text;
      }),
    ]);
  }

  static async start(options: Start = {}): Promise<RunningServer> {
    const server = new RunningServer(options);
    const deadline = performance.now() + PATIENCE_MS;
    while (!server.stdout.includes("Stop with Ctrl+C")) {
      if (server.child.exitCode !== null || performance.now() > deadline) {
        await server[Symbol.asyncDispose]();
        throw new Error(`the server did not start: ${server.stdout}${server.stderr}`);
      }
      await Bun.sleep(5);
    }
    return server;
  }

  /** The lines of its log so far. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.stderr.split("\n").flatMap((line) => (line === "" ? [] : JSON.parse(line)));
  }

  /** Where it listens, as `http://127.0.0.1:40000`. */
  get url(): string {
    return /http:\/\/\S+:\d+/.exec(this.stdout)?.[0] ?? "";
  }

  get dataDir(): string {
    return join(this.cwd, "data");
  }

  /** The first token's secret, from its file. */
  get firstToken(): string {
    const path = join(this.dataDir, "first-token");
    return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  }

  async call(endpoint: string, body: unknown = {}, token: string = this.firstToken): Promise<Answer> {
    const path = `/publisher.v1/${endpoint}`;
    const sent = JSON.stringify(body);
    const response = await fetch(this.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: sent,
    });
    const answer = await answerOf(response);
    await requireTruth({ method: "POST", path, body: sent }, answer);
    return answer;
  }

  /** Ends it and gives its exit code, once all that it printed is there. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    this.child.kill(signal);
    await this.#followed;
    return await this.child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) await this.stop("SIGKILL");
    this.#directory?.[Symbol.dispose]();
  }

  async #follow(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
  }
}
