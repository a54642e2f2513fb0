import { describe } from "bun:test";
import { join } from "node:path";
import {
  type ProxyFile,
  type ProxyKind,
  type ProxyValues,
  proxyConfiguration,
} from "../../../public/proxies/configuration.ts";
import { RawConnection } from "../http/raw-connection.ts";
import { PATIENCE_MS } from "../patience.ts";
import { TemporaryDirectory } from "../temporary.ts";

/** The proxies that can be run here, from Debian's packages. */
export const RUNNABLE = ["nginx", "caddy", "haproxy"] as const satisfies readonly ProxyKind[];

export type Runnable = (typeof RUNNABLE)[number];

/** The command line of each, and the file around the configuration. */
const COMMAND_LINES: Readonly<
  Record<Runnable, { readonly args: readonly string[]; readonly around: Around }>
> = {
  nginx: {
    args: ["-p", ".", "-e", "stderr", "-c", "nginx.conf"],
    around: { name: "nginx.conf", text: nginxAround },
  },
  caddy: {
    args: ["run", "--adapter", "caddyfile", "--config", "around.caddyfile"],
    around: { name: "around.caddyfile", text: () => "{\n\tadmin off\n}\n\nimport Caddyfile\n" },
  },
  haproxy: { args: ["-db", "-f", "haproxy.cfg"], around: null },
};

type Around = { readonly name: string; readonly text: (included: string) => string } | null;

/** Includes a file as Debian's nginx.conf does with conf.d, in a directory of its own. */
function nginxAround(included: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return [
    // As root its workers would be another user, who may not enter the directory.
    process.getuid?.() === 0 ? "user root;" : "",
    "daemon off; worker_processes 1; pid nginx.pid; error_log stderr;",
    "events {}",
    "http {",
    "  access_log off;",
    ...kinds.map((kind) => `  ${kind}_temp_path ${kind};`),
    `  include ${included};`,
    "}",
  ].join("\n");
}

/** Returns the path of a proxy's command, and null if it is not installed. */
function commandOf(kind: Runnable): string | null {
  const command = Bun.which(kind, { PATH: `${Bun.env.PATH}:/usr/sbin:/usr/local/sbin` });
  if (command === null)
    process.stderr.write(
      `skipped, as there is no ${kind} ("apt-get install ${kind}"): its requests to Publisher\n`,
    );
  return command;
}

/** The path of each proxy's command, and null if it is not installed. */
export const COMMANDS = new Map(RUNNABLE.map((kind) => [kind, commandOf(kind)]));

export const IS_ANY_INSTALLED = [...COMMANDS.values()].some((command) => command !== null);

/** Describes the proxies one by one, and skips those that are not installed. */
export function describeProxies(tests: (kind: Runnable) => void): void {
  for (const kind of RUNNABLE) describe.skipIf(COMMANDS.get(kind) === null)(kind, () => tests(kind));
}

export type RunningProxies = ReadonlyMap<Runnable, RunningProxy>;

/** Starts every proxy that is installed, each with the files that are made for it and its port. */
export async function startProxies(
  files: (kind: Runnable, port: number) => readonly ProxyFile[],
): Promise<RunningProxies> {
  const installed = [...COMMANDS].flatMap(([kind, command]) => (command === null ? [] : [{ kind, command }]));
  const starts = await Promise.allSettled(
    installed.map(async ({ kind, command }) => {
      const port = await freePort();
      return [kind, await RunningProxy.start(kind, command, files(kind, port), port)] as const;
    }),
  );
  const started = new Map(starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : [])));
  const failed = starts.find((start) => start.status === "rejected");
  if (failed === undefined) return started;
  await stopProxies(started);
  throw failed.reason;
}

/** Starts every proxy that is installed, as its documentation says. */
export async function startDocumented(values: Omit<ProxyValues, "port">): Promise<RunningProxies> {
  return await startProxies((kind, port) => proxyConfiguration(kind, { ...values, port }));
}

export async function stopProxies(proxies: RunningProxies): Promise<void> {
  await Promise.all([...proxies.values()].map((proxy) => proxy[Symbol.asyncDispose]()));
}

/** A proxy in a directory of its own. */
export class RunningProxy implements AsyncDisposable {
  readonly port: number;
  readonly #directory: TemporaryDirectory;
  readonly #child: Bun.Subprocess;

  private constructor(port: number, directory: TemporaryDirectory, child: Bun.Subprocess) {
    this.port = port;
    this.#directory = directory;
    this.#child = child;
  }

  /**
   * Resolves once it listens on the port that the files name. nginx includes the first file. A file takes the place of
   * the one around it if both have the same name.
   */
  static async start(
    kind: Runnable,
    command: string,
    files: readonly ProxyFile[],
    port: number,
  ): Promise<RunningProxy> {
    const directory = new TemporaryDirectory();
    const { args, around } = COMMAND_LINES[kind];
    const [included = { name: "" }] = files;
    const more = around === null ? [] : [{ name: around.name, text: around.text(included.name) }];
    for (const { name, text } of [...more, ...files]) await Bun.write(join(directory.path, name), text);
    const output = Bun.file(join(directory.path, "output"));
    const child = Bun.spawn([command, ...args], {
      cwd: directory.path,
      env: { HOME: directory.path, XDG_CONFIG_HOME: directory.path, XDG_DATA_HOME: directory.path },
      stdin: "ignore",
      stdout: output,
      stderr: output,
    });
    const proxy = new RunningProxy(port, directory, child);
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await isListening(port))) {
      if (child.exitCode !== null || performance.now() > deadline) {
        const said = await output.text();
        await proxy[Symbol.asyncDispose]();
        throw new Error(`${kind} did not start: ${said}`);
      }
      await Bun.sleep(5);
    }
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.exited;
    this.#directory[Symbol.dispose]();
  }
}

/** No system gives these ports to a program that asks for any free port. */
const PORTS = { first: 10_000, count: 20_000 };

/** Returns a port on which no program listens. */
export async function freePort(): Promise<number> {
  const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
  try {
    Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => undefined } }).stop(true);
    return port;
  } catch {
    return await freePort();
  }
}

async function isListening(port: number): Promise<boolean> {
  try {
    (await RawConnection.open(`http://127.0.0.1:${port}`))[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
