import { connect, createServer, type Socket } from "node:net";
import { join, resolve } from "node:path";
import {
  type ProxyFile,
  type ProxyKind,
  type ProxyValues,
  proxyConfiguration,
} from "../../../public/proxies/configuration.ts";
import { PATIENCE_MS } from "../patience.ts";
import { TemporaryDirectory } from "../temporary.ts";

/** The proxies that can be run here, from Debian's packages. */
export const RUNNABLE = ["nginx", "caddy", "haproxy"] as const satisfies readonly ProxyKind[];

export type Runnable = (typeof RUNNABLE)[number];

/** What the command line of each is, and what a test gives it around the configuration that is printed. */
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

/** What Debian's own nginx.conf has around the files in conf.d, as far as it matters, in a directory of its own. */
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

/** Where the command of a proxy is; null, after saying on stderr how to get it, where it is not installed. */
export function commandOf(kind: Runnable): string | null {
  const command = Bun.which(kind, { PATH: `${Bun.env.PATH}:/usr/sbin:/usr/local/sbin` });
  if (command === null)
    process.stderr.write(
      `skipped, as there is no ${kind} ("apt-get install ${kind}"): whether it lets through what it must\n`,
    );
  return command;
}

/** Where the command of each proxy is that is installed. */
export const COMMANDS = new Map(RUNNABLE.map((kind) => [kind, commandOf(kind)]));

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

/** The language of its block in docs/proxies/outside.md, and the name of the file, by the proxy. */
const OUTSIDE: Readonly<Record<Runnable, readonly [language: string, file: string]>> = {
  nginx: ["nginx", "publisher.conf"],
  caddy: ["caddyfile", "Caddyfile"],
  haproxy: ["haproxy", "haproxy.cfg"],
};

/** Starts every proxy that is installed, as docs/proxies/outside.md says, in front of Publisher at an address. */
export async function startOutside(publisher: string): Promise<RunningProxies> {
  const page = await Bun.file(resolve(import.meta.dir, "../../../docs/proxies/outside.md")).text();
  return await startProxies((kind, port) => {
    const [language, name] = OUTSIDE[kind];
    const [, text] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(page) ?? [];
    if (text === undefined) throw new Error(`the page prints nothing for ${kind}`);
    return [{ name, text: text.replaceAll("127.0.0.1:8080", publisher).replaceAll("8082", String(port)) }];
  });
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
   * Resolves once it listens on the port that the files name. The first file is the one that nginx includes. A file
   * with the name of what is around it takes its place.
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

  /** All that it has said so far. */
  async output(): Promise<string> {
    return await Bun.file(join(this.#directory.path, "output")).text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.exited;
    this.#directory[Symbol.dispose]();
  }
}

/** Ports that no system gives to who asks for any port, so that none is taken before the proxy has it. */
const PORTS = { first: 10_000, count: 20_000 };

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (!isFree) return await freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket: Socket = connect(port, "127.0.0.1");
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
  });
}
