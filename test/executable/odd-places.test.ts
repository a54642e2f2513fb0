import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../support/executable.ts";
import { PATIENCE_MS, TEST_LIMIT_MS } from "../support/patience.ts";
import { canTrace } from "../support/strace.ts";
import { TemporaryDirectory } from "../support/temporary.ts";
import { Terminal } from "../support/terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const CREATE = ["token", "create", "--access", "read"];
const SERVE = ["serve", "--port", "0"];

/** Runs a command that must be refused in a sentence; gives that. */
async function refused(terminal: Terminal, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await terminal.run(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(/^publisher: .*\.\n$/);
  return stderr;
}

describe.skipIf(process.platform === "win32")("what is no regular file is refused at once, and stays", () => {
  test("a pipe in the place of first-token", async () => {
    using terminal = new Terminal();
    await terminal.createToken("read");
    Bun.spawnSync(["mkfifo", join(terminal.dataDir, "first-token")]);
    for (const args of [SERVE, CREATE, ["token", "list"], ["check"]])
      expect(await refused(terminal, ...args)).toContain("data/first-token is a pipe. ");
    expect(readdirSync(terminal.dataDir).sort()).toEqual(["first-token", "publisher.db"]);
  });

  test.each(["lock.holder", "lock.db", "publisher.db"])("a link in the place of %s", async (name) => {
    using terminal = new Terminal();
    mkdirSync(terminal.dataDir, { mode: 0o700 });
    symlinkSync("../target", join(terminal.dataDir, name));
    for (const args of [SERVE, CREATE, ["check"]])
      expect(await refused(terminal, ...args)).toContain(`data/${name} is a symbolic link. `);
    expect(terminal.names).toEqual(["data"]);
    expect(readdirSync(terminal.dataDir)).toEqual([name]);
  });

  test("a data directory to which everybody may write", async () => {
    using terminal = new Terminal();
    mkdirSync(terminal.dataDir);
    chmodSync(terminal.dataDir, 0o1777);
    for (const args of [SERVE, CREATE])
      expect(await refused(terminal, ...args)).toContain("Everybody may write to the data directory ");
    expect(readdirSync(terminal.dataDir)).toEqual([]);
    await terminal.output(...CREATE, "--data-dir", "data/inside");
  });
});

describe("a store whose database is missing", () => {
  test("is not replaced by a new one: put back, it has all that was acknowledged", async () => {
    using directory = new TemporaryDirectory();
    const cwd = directory.path;
    await using server = await RunningServer.start({ cwd });
    const { firstToken, dataDir } = server;
    for (let count = 0; count < 3; count += 1)
      expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    await server.stop("SIGKILL");
    const [database, aside] = [join(dataDir, "publisher.db"), join(cwd, "aside")];
    renameSync(database, aside);
    const before = readdirSync(dataDir).map((name) => [name, readFileSync(join(dataDir, name), "hex")]);

    using terminal = new Terminal();
    for (const args of [SERVE, CREATE, ["token", "list"], ["check"]]) {
      const sentence = await refused(terminal, ...args, "--data-dir", dataDir);
      expect(sentence).toContain(`${database} is missing, but files of a store lie beside it: `);
      expect(sentence).toContain("publisher.db-wal");
    }
    const after = readdirSync(dataDir).map((name) => [name, readFileSync(join(dataDir, name), "hex")]);
    expect(after).toEqual(before);

    renameSync(aside, database);
    await using again = await RunningServer.start({ cwd });
    expect((await again.call("api-token/list", {}, firstToken)).json.data).toHaveLength(4);
  });

  test.each(["lock.db", "publisher.db", "lock.holder", "first-token"])(
    "is not supposed after a first start that was killed as it had made %s",
    async (name) => {
      using directory = new TemporaryDirectory();
      const child = Bun.spawn([EXECUTABLE, ...SERVE], {
        cwd: directory.path,
        env: {},
        stdout: "ignore",
        stderr: "ignore",
      });
      const path = join(directory.path, "data", name);
      while (!existsSync(path) && child.exitCode === null) await Bun.sleep(0);
      child.kill("SIGKILL");
      await child.exited;
      await using server = await RunningServer.start({ cwd: directory.path });
      expect((await server.call("api-token/list")).status).toBe(200);
    },
  );
});

test("a service of Kubernetes that is named publisher changes nothing", async () => {
  const env = {
    PUBLISHER_PORT: "tcp://10.96.12.34:8080",
    PUBLISHER_SERVICE_HOST: "10.96.12.34",
    PUBLISHER_SERVICE_PORT: "8080",
    PUBLISHER_PORT_8080_TCP: "tcp://10.96.12.34:8080",
    PUBLISHER_PORT_8080_TCP_ADDR: "10.96.12.34",
  };
  await using server = await RunningServer.start({ env });
  await server.stop();
  expect(server.stdout).not.toContain("Warning");
  expect(server.stderr).not.toContain('"level":"warn"');
});

test.skipIf(process.platform !== "linux")("a path that is not UTF-8 makes no other directory", async () => {
  using terminal = new Terminal();
  const script = `exec "$0" token create --access read --data-dir "$(printf 'd\\377')"`;
  const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", script, EXECUTABLE], { cwd: terminal.cwd });
  expect(exitCode).toBe(2);
  expect(stderr.toString()).toContain("The path of the data directory is not UTF-8: ");
  expect(terminal.names).toEqual([]);
});

const CAN_CHANGE_USER = process.getuid?.() === 0 && Bun.which("setpriv") !== null;
if (!CAN_CHANGE_USER)
  process.stderr.write("skipped, as nothing can be run as another user: volumes of a group\n");

const [USER, OTHER_USER, GROUP] = [60_001, 60_002, 60_003];

const asUser = (user: number) => ["setpriv", `--reuid=${user}`, `--regid=${user}`, `--groups=${GROUP}`, "--"];

/** A directory that a group may write to, as Kubernetes makes one for `fsGroup`. */
class GroupVolume extends TemporaryDirectory {
  readonly data = join(this.path, "data");
  readonly executable = join(this.path, "publisher");

  constructor() {
    super();
    chmodSync(this.path, 0o755);
    copyFileSync(EXECUTABLE, this.executable);
    mkdirSync(this.data);
    this.giveToGroup();
  }

  /** As each start of a pod does, whichever user it runs as. */
  giveToGroup(): void {
    chownSync(this.data, 0, GROUP);
    chmodSync(this.data, 0o2775);
    for (const name of readdirSync(this.data)) {
      chownSync(join(this.data, name), -1, GROUP);
      chmodSync(join(this.data, name), 0o660);
    }
  }

  async start(user: number): Promise<RunningServer> {
    const { path: cwd, executable } = this;
    return await RunningServer.start({ cwd, under: asUser(user), executable });
  }
}

describe.skipIf(!CAN_CHANGE_USER)("a volume of a group", () => {
  test("works for one user after another, with a warning in the greeting and the log", async () => {
    using volume = new GroupVolume();
    await using first = await volume.start(USER);
    const { firstToken } = first;
    expect(await first.stop()).toBe(0);
    volume.giveToGroup();
    await using second = await volume.start(OTHER_USER);
    expect((await second.call("api-token/create", { access: "read" }, firstToken)).status).toBe(200);
    expect(await second.stop()).toBe(0);
    for (const warning of [
      `The group ${GROUP} may write to the data directory `,
      "Other users may open files",
    ]) {
      expect(second.stdout).toContain(`Warning: ${warning}`);
      expect(second.stderr).toContain(`"level":"warn"`);
      expect(second.stderr).toContain(`"message":"${warning}`);
    }
  });
});

test.skipIf(!CAN_CHANGE_USER)(
  "another user's file to which everybody may write is refused first of all",
  async () => {
    using volume = new GroupVolume();
    const database = join(volume.data, "publisher.db");
    using terminal = new Terminal();
    await terminal.createToken("read");
    copyFileSync(join(terminal.dataDir, "publisher.db"), database);
    chmodSync(database, 0o666);
    const args = [...asUser(USER), volume.executable, ...SERVE];
    const { exitCode, stderr } = Bun.spawnSync(args, { cwd: volume.path, env: {}, timeout: PATIENCE_MS });
    expect(exitCode).toBe(1);
    expect(stderr.toString()).toStartWith(`publisher: Everybody may write to ${database} (mode 666), `);
    expect(readdirSync(volume.data)).toEqual(["publisher.db"]);
  },
);

describe.skipIf(!canTrace("files whose mode cannot be changed"))("where chmod has no effect, a file", () => {
  const chmod = "chmod,fchmod,fchmodat";
  const without = (effect: string) => [
    "strace",
    "-D",
    "-f",
    "-o",
    "/dev/null",
    "-e",
    `trace=${chmod}`,
    "-e",
    `inject=${chmod}:${effect}`,
  ];

  test.each(["retval=0", "error=EPERM"])("that others may open is a warning: %s", async (effect) => {
    using terminal = new Terminal();
    const { token } = await terminal.createToken("write");
    chmodSync(terminal.dataDir, 0o755);
    chmodSync(join(terminal.dataDir, "publisher.db"), 0o755);
    await using server = await RunningServer.start({ cwd: terminal.cwd, under: without(effect) });
    expect(server.stdout).toContain(
      "Warning: Other users may open files of the store, and this user cannot close them: publisher.db (mode 755)",
    );
    expect((await server.call("api-token/create", { access: "read" }, token)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  test.each(["retval=0", "error=EPERM"])("to which everybody may write is refused: %s", async (effect) => {
    using terminal = new Terminal();
    await terminal.createToken("read");
    chmodSync(join(terminal.dataDir, "publisher.db"), 0o777);
    const args = [...without(effect), EXECUTABLE, ...SERVE];
    const { exitCode, stderr } = Bun.spawnSync(args, { cwd: terminal.cwd, env: {}, timeout: PATIENCE_MS });
    expect(exitCode).toBe(1);
    expect(stderr.toString()).toContain("data/publisher.db (mode 777), and this user cannot change that. ");
  });
});

test.skipIf(!CAN_CHANGE_USER)("root serves no other user's store, and its commands work on it", async () => {
  using terminal = new Terminal();
  await terminal.createToken("read");
  for (const path of [terminal.dataDir, join(terminal.dataDir, "publisher.db")]) chownSync(path, USER, USER);
  expect(await refused(terminal, ...SERVE)).toContain(`data belongs to another user (id ${USER}), `);
  expect(readdirSync(terminal.dataDir)).toEqual(["publisher.db"]);
  await terminal.createToken("read");
  await terminal.output("check");
});
