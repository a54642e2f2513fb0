import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { canTrace } from "../../support/executable/strace.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { asUser, canChangeUser } from "../../support/store/other-user.ts";
import { SharedTerminal, useTerminal } from "../../support/store/store-terminal.ts";
import { useEach } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const SERVE = "serve --port 0";
const CREATE = "token create --access read --new-store";

const CAN_CHANGE_USER = canChangeUser("volumes of a group, and files of other users");

const [USER, OTHER_USER, GROUP] = [60_001, 60_002, 60_003];

/** A terminal with a data directory that a group may write to, as Kubernetes makes one for `fsGroup`. */
class GroupVolume extends SharedTerminal {
  constructor() {
    super();
    mkdirSync(this.dataDir);
    this.giveToGroup();
  }

  /** As each start of a pod does. */
  giveToGroup(): void {
    chownSync(this.dataDir, 0, GROUP);
    chmodSync(this.dataDir, 0o2775);
    for (const name of this.files()) {
      chownSync(join(this.dataDir, name), -1, GROUP);
      chmodSync(join(this.dataDir, name), 0o660);
    }
  }

  async serveAs(user: number): Promise<RunningServer> {
    const { cwd, executable } = this;
    return await RunningServer.start({ cwd, under: asUser(user, GROUP), executable });
  }
}

test.skipIf(!CAN_CHANGE_USER)(
  "a volume of a group works for one user after another, with warnings",
  async () => {
    using volume = new GroupVolume();
    await using first = await volume.serveAs(USER);
    const { firstToken } = first;
    expect(await first.stop()).toBe(0);
    volume.giveToGroup();
    await using second = await volume.serveAs(OTHER_USER);
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
  },
);

const terminal = useTerminal();

const CAN_TRACE = canTrace("files whose mode cannot be changed");

test.skipIf(!CAN_TRACE).each(["retval=0", "error=EPERM"])(
  "where chmod has no effect, a file that others may open is a warning or refused: %s",
  async (effect) => {
    const inject = `inject=chmod,fchmod,fchmodat:${effect}`;
    const without = ["strace", "-D", "-f", "-o", "/dev/null", "-e", inject] as const;
    const { token } = await terminal.createToken("write");
    chmodSync(terminal.dataDir, 0o755);
    for (const path of [terminal.database, join(terminal.dataDir, "lock.db")]) {
      writeFileSync(path, "", { flag: "a" });
      chmodSync(path, 0o755);
    }
    await using server = await RunningServer.start({ cwd: terminal.cwd, under: without });
    expect(server.stdout).toContain(
      "Warning: Other users may open files of the store, and this user cannot close them: publisher.db (mode 755), lock.db (mode 755)",
    );
    expect((await server.call("api-token/create", { access: "read" }, token)).status).toBe(200);
    // Looking at the file of the lock must not end the lock.
    await terminal.expectRefusal(SERVE, "Another Publisher server is running");
    expect(await server.stop()).toBe(0);
    chmodSync(terminal.database, 0o777);
    const message = terminal.refusalUnder(without, SERVE);
    expect(message).toContain("data/publisher.db (mode 777), and this user cannot change that. ");
  },
);

test.skipIf(!CAN_CHANGE_USER)("root serves no other user's store", async () => {
  await terminal.createToken("read");
  for (const path of [terminal.dataDir, terminal.database]) chownSync(path, USER, USER);
  await terminal.expectRefusal(SERVE, `data belongs to another user (id ${USER}), `);
  expect(terminal.files()).toEqual(["publisher.db", "reserve"]);
});

const IS_ROOT = process.getuid?.() === 0;

describe.skipIf(IS_ROOT ? !CAN_CHANGE_USER : process.platform === "win32")("a user who may not", () => {
  const shared = useEach(() => new SharedTerminal());
  /** Root may do everything, so a test that runs as root becomes another user. */
  const under = IS_ROOT ? asUser(USER) : [];
  const changing = ["token revoke atok_1", "token create --access read", SERVE];

  test.each<[string, number, refused: readonly string[], allowed: readonly string[]]>([
    ["enter", 0o000, ["check", "token list", ...changing], []],
    ["write into", 0o555, changing, ["check"]],
  ])("%s the data directory gets a sentence", async (_, mode, refused, allowed) => {
    await shared.createToken("read");
    chmodSync(shared.database, 0o444);
    chmodSync(shared.dataDir, mode);
    for (const command of refused)
      expect(shared.refusalUnder(under, command)).toMatch(/\/data\b.* permission denied/);
    for (const command of allowed) expect(shared.runUnder(under, command).exitCode).toBe(0);
    chmodSync(shared.dataDir, 0o700);
  });
});

const MAKE_PIPE = () => void Bun.spawnSync(["mkfifo", join(terminal.dataDir, "first-token")]);
const OPEN_TO_ALL = () => chmodSync(terminal.dataDir, 0o1777);

test.skipIf(process.platform === "win32").each([
  ["first-token is a pipe. ", MAKE_PIPE, [SERVE, CREATE, "token list", "check"]],
  ["Everybody may write to the data directory ", OPEN_TO_ALL, [SERVE, CREATE]],
])("an unsafe place is refused at once, and stays: %s", async (sentence, spoil, commands) => {
  await terminal.createToken("read");
  spoil();
  const before = terminal.files();
  for (const command of commands) await terminal.expectRefusal(command, sentence);
  expect(terminal.files()).toEqual([...before]);
});

test.skipIf(process.platform !== "linux")("a path that is not UTF-8 makes no other directory", async () => {
  const script = `exec "$0" token create --access read --data-dir "$(printf 'd\\377')"`;
  const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", script, EXECUTABLE], { cwd: terminal.cwd });
  expect(exitCode).toBe(2);
  expect(stderr.toString()).toContain("The path of the data directory is not UTF-8: ");
  expect(terminal.names).toEqual([]);
});
