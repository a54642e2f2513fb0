import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { canTrace } from "../../support/executable/strace.ts";
import { PATIENCE_MS, TEST_LIMIT_MS } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const SERVE = ["serve", "--port", "0"];

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

  /** As each start of a pod does. */
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
    const { token } = await terminal.createToken("write");
    chmodSync(terminal.dataDir, 0o755);
    for (const name of ["publisher.db", "lock.db"]) {
      writeFileSync(join(terminal.dataDir, name), "", { flag: "a" });
      chmodSync(join(terminal.dataDir, name), 0o755);
    }
    await using server = await RunningServer.start({ cwd: terminal.cwd, under: without(effect) });
    expect(server.stdout).toContain(
      "Warning: Other users may open files of the store, and this user cannot close them: publisher.db (mode 755), lock.db (mode 755)",
    );
    expect((await server.call("api-token/create", { access: "read" }, token)).status).toBe(200);
    // Looking at the file of the lock must not end the lock.
    const second = await terminal.run(SERVE);
    expect(second.stderr).toContain("Another Publisher server is running");
    expect(await server.stop()).toBe(0);
  });

  test.each(["retval=0", "error=EPERM"])("to which everybody may write is refused: %s", async (effect) => {
    await terminal.createToken("read");
    chmodSync(join(terminal.dataDir, "publisher.db"), 0o777);
    const args = [...without(effect), EXECUTABLE, ...SERVE];
    const { exitCode, stderr } = Bun.spawnSync(args, { cwd: terminal.cwd, env: {}, timeout: PATIENCE_MS });
    expect(exitCode).toBe(1);
    expect(stderr.toString()).toContain("data/publisher.db (mode 777), and this user cannot change that. ");
  });
});

test.skipIf(!CAN_CHANGE_USER)("root serves no other user's store, and its commands work on it", async () => {
  await terminal.createToken("read");
  for (const path of [terminal.dataDir, join(terminal.dataDir, "publisher.db")]) chownSync(path, USER, USER);
  const before = readdirSync(terminal.dataDir);
  const { exitCode, stderr } = await terminal.run(SERVE);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`data belongs to another user (id ${USER}), `);
  expect(readdirSync(terminal.dataDir)).toEqual(before);
  chmodSync(terminal.cwd, 0o755);
  await terminal.createToken("read");
  await terminal.output("check");
});
