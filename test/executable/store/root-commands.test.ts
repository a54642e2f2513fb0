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
import { PATIENCE_MS, TEST_LIMIT_MS } from "../../support/patience.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const USER = 65_534;
const AS_USER = ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--clear-groups", "--"];

const CAN_CHANGE_USER = process.getuid?.() === 0 && Bun.which("setpriv") !== null;
if (!CAN_CHANGE_USER)
  process.stderr.write("skipped, as nothing can be run as another user: root's commands on a user's store\n");

const CAN_MOUNT =
  CAN_CHANGE_USER &&
  Bun.which("unshare") !== null &&
  Bun.spawnSync(["unshare", "--mount", "--propagation", "private", "--", "true"]).success;
if (!CAN_MOUNT)
  process.stderr.write("skipped, as nothing may be mounted: a store that only root can get to\n");

/** A service's directory, as systemd makes it: behind a link, and in one that `mode` may close to all but root. */
class Service extends TemporaryDirectory {
  readonly dataDir = join(this.path, "publisher");
  readonly parent = join(this.path, "private");
  readonly executable = join(this.path, "executable");

  constructor(mode: number) {
    super();
    chmodSync(this.path, 0o755);
    copyFileSync(EXECUTABLE, this.executable);
    mkdirSync(this.parent, { mode });
    mkdirSync(join(this.parent, "publisher"), { mode: 0o700 });
    chownSync(join(this.parent, "publisher"), USER, USER);
    symlinkSync("private/publisher", this.dataDir);
  }

  /** Runs a command as root, in a directory that only root may enter. */
  run(args: readonly string[], under: readonly string[] = []): Ran {
    const home = join(this.path, "root");
    mkdirSync(home, { mode: 0o700, recursive: true });
    const env = { PATH: Bun.env.PATH, PUBLISHER_DATA_DIR: this.dataDir };
    const command = [...under, this.executable, ...args];
    const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd: home, env, timeout: PATIENCE_MS });
    return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  output(...args: readonly string[]): string {
    const { exitCode, stdout, stderr } = this.run(args);
    if (exitCode !== 0) throw new Error(`${args.join(" ")}: exit code ${exitCode}, ${stderr}`);
    return stdout;
  }

  createToken(...more: readonly string[]): { id: string; token: string } {
    return JSON.parse(this.output("token", "create", "--access", "write", "--json", ...more));
  }

  /** The owners and groups of all that is in the data directory, each once. */
  get owners(): readonly string[] {
    const names = readdirSync(this.dataDir, { recursive: true }).map(String);
    const owners = names.map((name) => {
      const { uid, gid } = lstatSync(join(this.dataDir, name));
      return `${uid}:${gid}`;
    });
    return [...new Set(owners)];
  }

  /** A server of the user, which systemd lets into the closed directory. */
  async start(): Promise<RunningServer> {
    chmodSync(this.parent, 0o755);
    const { path: cwd, executable, dataDir } = this;
    return await RunningServer.start({ cwd, under: AS_USER, executable, args: ["--data-dir", dataDir] });
  }
}

const PLACES = [
  ["that its user can get to", 0o755, CAN_CHANGE_USER],
  ["that only root can get to", 0o700, CAN_MOUNT],
] as const;

for (const [where, mode, canTest] of PLACES)
  describe.skipIf(!canTest)(`root's commands on the store of a service ${where}`, () => {
    test("leave files that belong to the service alone, and its server works on", async () => {
      using service = new Service(mode);
      const { token } = service.createToken("--new-store");
      expect(service.owners).toEqual([`${USER}:${USER}`]);
      const revoked = service.createToken();
      service.output("backup", "backup.db");
      service.output("token", "revoke", revoked.id);
      expect(service.output("restore", "backup.db")).toContain("1 revoked");
      expect(readdirSync(service.dataDir).some((name) => name.startsWith("replaced-"))).toBe(true);
      expect(service.owners).toEqual([`${USER}:${USER}`]);
      expect(service.output("check")).toContain(`${service.dataDir}/publisher.db is sound`);
      await using server = await service.start();
      expect((await server.call("api-token/create", { access: "read" }, token)).status).toBe(200);
      expect((await server.call("api-token/list", {}, revoked.token)).status).toBe(401);
      service.createToken();
      expect(await server.stop()).toBe(0);
      expect(service.owners).toEqual([`${USER}:${USER}`]);
    });

    test("back it up into a file of root's, and restore it from one that only root may read", () => {
      using service = new Service(mode);
      service.createToken("--new-store");
      service.output("backup", "backup.db");
      const backup = lstatSync(join(service.path, "root", "backup.db"));
      expect({ uid: backup.uid, mode: backup.mode & 0o777 }).toEqual({ uid: 0, mode: 0o600 });
      expect(service.output("restore", "backup.db")).toContain(`Restored ${service.path}/root/backup.db, `);
    });

    test("back it up while a server changes it, and read no file of root's that lies in its place", async () => {
      using service = new Service(mode);
      service.createToken("--new-store");
      await using server = await service.start();
      service.createToken();
      service.output("backup", "backup.db");
      await server.stop("SIGKILL");
      const victim = join(service.path, "victim");
      writeFileSync(victim, "of root's\n".repeat(99), { mode: 0o600 });
      for (const end of ["-shm", "-wal"]) {
        const path = join(service.dataDir, `publisher.db${end}`);
        renameSync(path, `${path}.kept`);
        linkSync(victim, path);
        const { exitCode, stderr } = service.run(["backup", "other.db"]);
        expect({ end, exitCode }).toEqual({ end, exitCode: 1 });
        expect(stderr).toContain(
          `publisher.db${end} is a second name (a hard link) of a file of another user`,
        );
        expect(lstatSync(victim)).toMatchObject({ uid: 0, size: 990 });
        renameSync(`${path}.kept`, path);
      }
      service.output("backup", "other.db");
    });

    test("have no more rights there than its user", () => {
      using service = new Service(mode);
      chmodSync(service.dataDir, 0o500);
      const { exitCode, stdout, stderr } = service.run([
        "token",
        "create",
        "--access",
        "read",
        "--new-store",
      ]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain(`The data directory ${service.dataDir} cannot be written: permission denied.`);
      expect(readdirSync(service.dataDir)).toEqual([]);
    });

    test("give the exit code of the command", () => {
      using service = new Service(mode);
      service.createToken("--new-store");
      expect(service.run(["token", "get", "atok_0000000000000000000000"]).exitCode).toBe(1);
      expect(service.run(["token", "list", "--expiring-within", "soon"]).exitCode).toBe(2);
    });
  });

describe.skipIf(!CAN_CHANGE_USER)("root that lacks a right is told", () => {
  test.each([
    ["setuid", 0o755, /may not become that user: permission denied\. Run the command as that user\.\n$/],
    ["sys_admin", 0o700, /, who may not enter \S+\/private\. Run the command as that user, .*: chmod o\+x /],
  ])("%s", (right, mode, said) => {
    using service = new Service(mode);
    const under = ["setpriv", `--bounding-set=-${right}`, `--inh-caps=-${right}`, "--"];
    for (const command of ["token list", "restore backup.db"]) {
      if (command !== "token list") copyFileSync(EXECUTABLE, join(service.path, "root", "backup.db"));
      const { exitCode, stdout, stderr } = service.run(command.split(" "), under);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toMatch(said);
    }
    expect(readdirSync(service.dataDir)).toEqual([]);
  });
});
