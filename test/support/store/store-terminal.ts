import { Database } from "bun:sqlite";
import { expect } from "bun:test";
import { chmodSync, copyFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, type Ran, RunningServer } from "../executable/executable.ts";
import { Terminal } from "../executable/terminal.ts";
import { PATIENCE_MS } from "../patience.ts";
import { SmallDisk } from "./small-disk.ts";
import { useEach } from "./use.ts";

/** A token, as `token list --json` prints it. */
type Listed = Readonly<
  Record<"id" | "status" | "description", string> & Record<"expires_at" | "replaced_by", string | null>
>;

/** A terminal for commands on one store. A command is one text: its words have no spaces. */
export class StoreTerminal extends Terminal {
  readonly executable: string = EXECUTABLE;

  get database(): string {
    return join(this.dataDir, "publisher.db");
  }

  /** The path of a file in the working directory. */
  path(name: string): string {
    return join(this.cwd, name);
  }

  /** Runs a command that must succeed, and returns its output. */
  async done(command: string): Promise<string> {
    return await this.output(...command.split(" "));
  }

  /** Runs a command that must fail without output, and returns its message. */
  async refusal(command: string): Promise<string> {
    return messageOf(command, await this.run(command.split(" ")));
  }

  /** Runs a command that must fail without output, with this in its message. */
  async expectRefusal(command: string, sentence: string | RegExp): Promise<void> {
    expect(await this.refusal(command)).toMatch(sentence);
  }

  /** Runs a command to its end under another one, as `strace`. */
  runUnder(under: readonly string[], command: string): Ran {
    const { exitCode, stdout, stderr } = Bun.spawnSync([...under, this.executable, ...command.split(" ")], {
      cwd: this.cwd,
      env: { PATH: Bun.env.PATH },
      timeout: PATIENCE_MS,
    });
    return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  /** Runs a command that must fail so, and returns its message. */
  refusalUnder(under: readonly string[], command: string): string {
    return messageOf(command, this.runUnder(under, command));
  }

  /** Creates read tokens, and returns their ids. */
  async createTokens(count: number): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let made = 0; made < count; made += 1) ids.push((await this.createToken("read")).id);
    return ids;
  }

  /** As `createTokens`, with a backup `backup.db` of them. */
  async createBackup(count = 1): Promise<readonly string[]> {
    const ids = await this.createTokens(count);
    await this.done("backup backup.db");
    return ids;
  }

  async tokens(...more: readonly string[]): Promise<readonly Listed[]> {
    return JSON.parse(await this.output("token", "list", "--all", "--json", ...more)).data;
  }

  /** The files of the data directory with names that begin so, sorted. */
  files(start = ""): readonly string[] {
    return readdirSync(this.dataDir)
      .filter((name) => name.startsWith(start))
      .sort();
  }

  async serve(...args: readonly string[]): Promise<RunningServer> {
    return await RunningServer.start({ cwd: this.cwd, args });
  }

  /** Starts and stops such a server. */
  async serveOnce(...args: readonly string[]): Promise<void> {
    await using server = await this.serve(...args);
    await server.stop();
  }

  /** Starts a command under strace, which injects this fault. */
  startFailing(fault: string, command: string): Bun.Subprocess<"ignore", "pipe", "pipe"> {
    const strace = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", `inject=${fault}`];
    return Bun.spawn([...strace, EXECUTABLE, ...command.split(" ")], {
      cwd: this.cwd,
      env: {},
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  }

  sql(...statements: readonly string[]): void {
    using database = new Database(this.database);
    for (const statement of statements) database.run(statement);
  }

  lose(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function messageOf(command: string, { exitCode, stdout, stderr }: Ran): string {
  expect({ command, exitCode, stdout }).toEqual({ command, exitCode: 1, stdout: "" });
  return stderr;
}

/** A terminal in a directory that other users may enter, with an executable that they may run. */
export class SharedTerminal extends StoreTerminal {
  override readonly executable = this.path("publisher");

  constructor() {
    super();
    chmodSync(this.cwd, 0o755);
    copyFileSync(EXECUTABLE, this.executable);
  }
}

export class DiskTerminal extends StoreTerminal {
  readonly disk: SmallDisk;

  constructor(megabytes?: number) {
    super();
    const disk = SmallDisk.mount(megabytes);
    if (disk === null) throw new Error("no disk can be mounted");
    this.disk = disk;
  }

  override get cwd(): string {
    return this.disk.path;
  }

  override [Symbol.dispose](): void {
    this.disk[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

export function useDiskTerminal(megabytes?: number): DiskTerminal {
  return useEach(() => new DiskTerminal(megabytes));
}

/** A terminal that each test gets anew. */
export function useTerminal(): StoreTerminal {
  return useEach(() => new StoreTerminal());
}
