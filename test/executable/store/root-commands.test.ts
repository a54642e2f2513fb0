import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, type Ran, RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { asUser, canChangeUser } from "../../support/store/other-user.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { SharedTerminal } from "../../support/store/store-terminal.ts";
import { useEach } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const USER = 65_534;

const CAN_CHANGE_USER = canChangeUser("root's commands on a user's store");

const CAN_MOUNT = CAN_CHANGE_USER && SmallDisk.canMount("a store that only root can get to");

/** A service's directory, as systemd makes it: behind a link, and in one that `mode` may close to all but root. */
class Service extends SharedTerminal {
  readonly parent = this.path("private");
  /** Only root may enter it. */
  readonly home = this.path("root");

  constructor(mode: number) {
    super();
    mkdirSync(this.home, { mode: 0o700 });
    mkdirSync(this.parent, { mode });
    mkdirSync(join(this.parent, "publisher"), { mode: 0o700 });
    chownSync(join(this.parent, "publisher"), USER, USER);
    symlinkSync("private/publisher", this.dataDir);
  }

  override get dataDir(): string {
    return this.path("service");
  }

  /** Runs a command as root. */
  override async run(args: readonly string[]): Promise<Ran> {
    const env = { PATH: Bun.env.PATH ?? "", PUBLISHER_DATA_DIR: this.dataDir };
    return await super.run(args, { cwd: this.home, env });
  }

  /** The owners and groups of everything in the data directory, each once. */
  get owners(): readonly string[] {
    const names = readdirSync(this.dataDir, { recursive: true }).map(String);
    const owners = names.map((name) => {
      const { uid, gid } = lstatSync(join(this.dataDir, name));
      return `${uid}:${gid}`;
    });
    return [...new Set(owners)];
  }

  /** A server of the user, which systemd lets into the closed directory. */
  override async serve(): Promise<RunningServer> {
    chmodSync(this.parent, 0o755);
    const { cwd, executable, dataDir } = this;
    return await RunningServer.start({ cwd, under: asUser(USER), executable, args: ["--data-dir", dataDir] });
  }
}

const PLACES = [
  ["that its user can get to", 0o755, CAN_CHANGE_USER],
  ["that only root can get to", 0o700, CAN_MOUNT],
] as const;

for (const [where, mode, canTest] of PLACES)
  describe.skipIf(!canTest)(`root's commands on the store of a service ${where}`, () => {
    const service = useEach(() => new Service(mode));

    test("leave the service's files to it and the backup to root, and the server works on", async () => {
      const { token } = await service.createToken("write");
      expect(service.owners).toEqual([`${USER}:${USER}`]);
      const revoked = await service.createToken("write");
      await service.done("backup backup.db");
      expect(lstatSync(join(service.home, "backup.db"))).toMatchObject({ uid: 0, mode: 0o100600 });
      await service.done(`token revoke ${revoked.id}`);
      const report = await service.done("restore backup.db");
      expect(report).toContain(`Restored ${service.home}/backup.db, `);
      expect(report).toContain("1 revoked");
      expect(service.files("replaced-")).toHaveLength(1);
      expect(service.owners).toEqual([`${USER}:${USER}`]);
      expect(await service.done("check")).toContain(`${service.database} is sound`);
      await using server = await service.serve();
      expect((await server.call("api-token/create", { access: "read" }, token)).status).toBe(200);
      expect((await server.call("api-token/list", {}, revoked.token)).status).toBe(401);
      await service.createToken("write");
      expect(await server.stop()).toBe(0);
      expect(service.owners).toEqual([`${USER}:${USER}`]);
    });

    test("back it up while a server changes it, and read no file of root's that lies in its place", async () => {
      await service.createToken("write");
      await using server = await service.serve();
      await service.createToken("write");
      await service.done("backup backup.db");
      await server.stop("SIGKILL");
      const victim = service.path("victim");
      writeFileSync(victim, "of root's\n".repeat(99), { mode: 0o600 });
      const wal = `${service.database}-wal`;
      renameSync(wal, `${wal}.kept`);
      linkSync(victim, wal);
      await service.expectRefusal(
        "backup other.db",
        "-wal is a second name (a hard link) of a file of another",
      );
      expect(lstatSync(victim)).toMatchObject({ uid: 0, size: 990 });
      renameSync(`${wal}.kept`, wal);
      await service.done("backup other.db");
    });

    test("have no more rights there than its user, and give the exit code of the command", async () => {
      chmodSync(service.dataDir, 0o500);
      await service.expectRefusal(
        "token create --access read --new-store",
        `The data directory ${service.dataDir} cannot be written: permission denied.`,
      );
      expect(service.files()).toEqual([]);
      expect((await service.run("token list --expiring-within soon".split(" "))).exitCode).toBe(2);
    });
  });

describe.skipIf(!CAN_CHANGE_USER)("root that lacks a right is told", () => {
  test.each([
    ["setuid", 0o755, /may not become that user: permission denied\. Run the command as that user\.\n$/],
    ["sys_admin", 0o700, /, who may not enter \S+\/private\. Run the command as that user, .*: chmod o\+x /],
  ])("%s", (right, mode, message) => {
    using service = new Service(mode);
    copyFileSync(EXECUTABLE, service.path("backup.db"));
    const under = ["setpriv", `--bounding-set=-${right}`, `--inh-caps=-${right}`, "--"];
    for (const command of ["token list", "restore backup.db"])
      expect(service.refusalUnder(under, `${command} --data-dir ${service.dataDir}`)).toMatch(message);
    expect(service.files()).toEqual([]);
  });
});
