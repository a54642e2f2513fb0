import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { datedPath, unfinishedPath } from "../../../src/store/sqlite/backup/backup.ts";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { canTrace } from "../../support/executable/strace.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

/** A data directory with nothing but that backup. */
function dataDirOf(terminal: Terminal, backup: string): string {
  const path = join(terminal.cwd, `${backup}-restored`);
  mkdirSync(path);
  copyFileSync(join(terminal.cwd, backup), join(path, "publisher.db"));
  return path;
}

/** A backup to `late.db` is refused, and leaves that file. */
async function expectLeft(terminal: Terminal, says: string, ...flags: readonly string[]): Promise<void> {
  const path = join(terminal.cwd, "late.db");
  const before = readFileSync(path).toHex();
  const names = terminal.names;
  const { exitCode, stdout, stderr } = await terminal.run(["backup", "late.db", ...flags]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain(says);
  expect(readFileSync(path).toHex()).toBe(before);
  expect(terminal.names).toEqual(names);
}

describe("backup", () => {
  test("beside a running server holds what was acknowledged, sound, for its owner alone", async () => {
    await using server = await RunningServer.start();
    const { json } = await server.call("api-token/create", { access: "read" });
    await server.call("api-token/revoke", { id: json.id });
    const backup = join(terminal.cwd, "backup.db");
    expect(await terminal.output("backup", backup, "--data-dir", server.dataDir)).toBe(
      `Backed up ${join(server.dataDir, "publisher.db")} to ${backup}: sound, schema 4, tokens: 2, audit events: 3.\n`,
    );
    expect((statSync(backup).mode & 0o777).toString(8)).toBe("600");
    expect(terminal.names).toEqual(["backup.db"]);
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    const dataDir = dataDirOf(terminal, "backup.db");
    expect(await terminal.output("check", "--data-dir", dataDir)).toContain("tokens: 2, audit events: 3.");
    expect(await terminal.output("token", "list", "--all", "--data-dir", dataDir)).toContain("revoked");
  });

  test("under load holds every change that was acknowledged before it began", async () => {
    await using server = await RunningServer.start();
    const acknowledged: string[] = [];
    let isOver = false;
    const load = (async () => {
      while (!isOver) {
        const { json } = await server.call("api-token/create", { access: "read" });
        acknowledged.push(json.id);
      }
    })();
    for (let round = 0; round < 3; round += 1) {
      const before = acknowledged.slice();
      await terminal.output("backup", `backup-${round}`, "--data-dir", server.dataDir);
      const dataDir = dataDirOf(terminal, `backup-${round}`);
      const listed = JSON.parse(await terminal.output("token", "list", "--json", "--data-dir", dataDir));
      const ids = new Set(listed.data.map(({ id }: { id: string }) => id));
      expect(before.filter((id) => !ids.has(id))).toEqual([]);
    }
    isOver = true;
    await load;
    expect(acknowledged.length).toBeGreaterThan(0);
  });

  test("takes the place of an older backup, and clears away what a killed one left", async () => {
    await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    // No process has this id: the greatest that Linux gives is below it.
    const own = unfinishedPath("backup.db", 4_194_305);
    const other = unfinishedPath("other.db", 4_194_305);
    const old = unfinishedPath("backup.db", 1, "aaaaaaaa");
    const elsewhere = unfinishedPath("backup.db", 1, "bbbbbbbb");
    for (const name of [own, other, old, elsewhere]) writeFileSync(join(terminal.cwd, name), "half");
    utimesSync(join(terminal.cwd, old), 0, 0);
    await terminal.createToken("read");
    expect(await terminal.output("backup", "backup.db")).toContain("tokens: 2,");
    expect(terminal.names).toEqual(["backup.db", elsewhere, "data", other]);
  });

  test("with --keep makes dated backups, and removes only the oldest of those", async () => {
    await terminal.createToken("read");
    const folder = join(terminal.cwd, "backups");
    mkdirSync(folder);
    for (const name of ["publisher-2020-01-01T00-00-00Z.db", "publisher-2020-01-02T00-00-00Z.db"])
      await terminal.output("backup", join(folder, name));
    writeFileSync(join(folder, "publisher-2019-01-01T00-00-00Z.db"), "of somebody else");
    writeFileSync(join(folder, "notes.txt"), "kept");
    const { stderr } = await terminal.run(["backup", "backups", "--keep", "2"]);
    expect(stderr).toEndWith(
      `--keep neither counts nor removes ${folder}/publisher-2019-01-01T00-00-00Z.db, ` +
        "which is no backup of Publisher's. Keep it elsewhere, or remove it.\n",
    );
    const [, , ...names] = readdirSync(folder).sort();
    expect(readdirSync(folder).sort().slice(0, 2)).toEqual([
      "notes.txt",
      "publisher-2019-01-01T00-00-00Z.db",
    ]);
    expect(names).toEqual([
      "publisher-2020-01-02T00-00-00Z.db",
      expect.stringMatching(/^publisher-20[2-9]\d-/),
    ]);
  });

  test("does not take the place of a backup of another store, nor of one with later changes", async () => {
    await terminal.createToken("read");
    await terminal.output("backup", "early.db");
    await terminal.createToken("read");
    await terminal.output("backup", "late.db");
    await terminal.createToken("write", "--data-dir", "new-store");
    await expectLeft(terminal, "is a backup of another store", "--data-dir", "new-store");
    await terminal.output("restore", "early.db");
    await expectLeft(terminal, "has changes that this store does not have");
    await terminal.output("backup", "early.db");
  });

  test("takes the place of a damaged backup, and keeps that beside it", async () => {
    await terminal.createToken("read");
    const path = join(terminal.cwd, "backup.db");
    for (const [byte, name] of [
      [1, "backup.db.damaged"],
      [2, "backup.db.damaged-2"],
    ] as const) {
      await terminal.output("backup", "backup.db");
      const damaged = readFileSync(path).fill(byte, 1000);
      writeFileSync(path, damaged);
      const { exitCode, stdout, stderr } = await terminal.run(["backup", "backup.db"]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("tokens: 1,") });
      expect(stderr).toMatch(/^The old \S+backup\.db cannot be read \(.+\)\. It is kept as /);
      expect(stderr).toEndWith(`${name}, and the new backup takes its place.\n`);
      expect(readFileSync(join(terminal.cwd, name)).equals(damaged)).toBe(true);
      expect(await terminal.output("check", "backup.db")).toContain("is sound");
    }
    expect(terminal.names).toEqual(["backup.db", "backup.db.damaged", "backup.db.damaged-2", "data"]);
  });

  test("replaces a link that leads to an earlier backup, which stays", async () => {
    await terminal.createToken("read");
    await terminal.output("backup", "first.db");
    symlinkSync("first.db", join(terminal.cwd, "latest.db"));
    expect(await terminal.run(["backup", "latest.db"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect(lstatSync(join(terminal.cwd, "latest.db")).isFile()).toBe(true);
    expect(terminal.names).toEqual(["data", "first.db", "latest.db"]);
  });

  test("with --keep leaves and does not count what is no earlier state of the store", async () => {
    await terminal.createToken("read");
    mkdirSync(join(terminal.cwd, "backups"));
    const old = ["01", "02", "03"].map((day) => `publisher-2020-01-${day}T00-00-00Z.db`);
    for (const name of old.slice(0, 2)) await terminal.output("backup", join("backups", name));
    await terminal.createToken("read");
    await terminal.output("backup", join("backups", old[2] ?? ""));
    await terminal.createToken("write", "--data-dir", "new-store");
    const made = ["--data-dir", "new-store", "--keep", "1"];
    await terminal.output("backup", "backups", ...made);
    expect(readdirSync(join(terminal.cwd, "backups")).sort()).toEqual([...old, expect.any(String)]);
    await terminal.output("restore", join("backups", old[0] ?? ""));
    // A backup of another store has the name of the second in which it was made.
    await until(() => !existsSync(datedPath(join(terminal.cwd, "backups"), new Date())));
    const again = await terminal.run(["backup", "backups", "--keep", "1"]);
    expect(again.stderr.match(/Removed/g)).toHaveLength(2);
    expect(again.stderr.match(/neither counts.*/g)).toEqual([
      `neither counts nor removes 2 files with such names in ${terminal.cwd}/backups. One is ${old[2]}, ` +
        "which has changes that this store does not have. Keep them elsewhere, or remove them.",
    ]);
    expect(readdirSync(join(terminal.cwd, "backups"))).toContain(old[2] ?? "");
  });

  test.each([
    {
      what: "the store itself",
      target: "data/publisher.db",
      says: "is the place of a store itself, or of a file that Publisher keeps",
    },
    {
      what: "a file beside the store",
      target: "data/publisher.db-wal",
      says: "is the place of a store itself, or of a file that Publisher keeps",
    },
    {
      what: "a store elsewhere",
      target: "other/publisher.db",
      says: "is the place of a store itself, or of a file that Publisher keeps",
    },
    {
      what: "a place in which a store could be",
      target: "empty-directory/publisher.db",
      says: "is the place of a store itself, or of a file that Publisher keeps",
    },
    ...["publisher.db-next", "publisher.db-next.sha256", "lock.db", "reserve.new", "First-Token"].map(
      (name) => ({
        what: `the place of ${name}`,
        target: `other/${name}`,
        says: "or of a file that Publisher keeps beside it",
      }),
    ),
    { what: "another file", target: "notes.txt", says: "is no backup of Publisher's" },
    { what: "an empty file", target: "empty", says: "is no backup of Publisher's" },
    { what: "a directory", target: "data", says: "add --keep 7" },
  ])("never writes over $what", async ({ target, says }) => {
    await terminal.createToken("read");
    await terminal.createToken("read", "--data-dir", "other");
    writeFileSync(join(terminal.cwd, "notes.txt"), "Dear diary,\n".repeat(99));
    writeFileSync(join(terminal.cwd, "empty"), "");
    mkdirSync(join(terminal.cwd, "empty-directory"));
    const path = join(terminal.cwd, target);
    const before = existsSync(path) && statSync(path).isFile() ? readFileSync(path).toHex() : null;
    const { exitCode, stdout, stderr } = await terminal.run(["backup", target]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(says);
    expect(before === null ? null : readFileSync(path).toHex()).toBe(before);
  });

  test.each([
    {
      args: ["backup", "missing/backup.db"],
      says: /There is no directory \/\S+\/missing\. Make it first\./,
    },
    {
      args: ["backup", "notes.txt/x.db"],
      says: /notes\.txt\/x\.db cannot be used: a part of the path is a file\./,
    },
    { args: ["backup", "notes.txt/x/y.db"], says: /cannot be used: a part of the path is a file\./ },
    { args: ["backup", "x".repeat(300)], says: /cannot be used: the name is too long\./ },
    { args: ["backup", "x".repeat(250)], says: /cannot be written: the name is too long\./ },
    { args: ["backup", "x".repeat(300), "--keep", "3"], says: /cannot be used: the name is too long\./ },
    {
      args: ["restore", "notes.txt/x"],
      says: /notes\.txt\/x cannot be used: a part of the path is a file\./,
    },
    { args: ["restore", "x".repeat(300)], says: /cannot be used: the name is too long\./ },
  ])("says in one line why a path cannot be used: $args", async ({ args, says }) => {
    await terminal.createToken("read");
    writeFileSync(join(terminal.cwd, "notes.txt"), "Dear diary,\n");
    const { exitCode, stderr } = await terminal.run(args);
    expect({ exitCode, lines: stderr.split("\n").length }).toEqual({ exitCode: 1, lines: 2 });
    expect(stderr).toMatch(says);
    expect(terminal.names).toEqual(["data", "notes.txt"]);
  });

  test.skipIf(!existsSync("/dev/full"))(
    "says what was done where only its message cannot be written",
    async () => {
      using terminal = new Terminal();
      const { id } = await terminal.createToken("read");
      const toFullDisk = (command: string) =>
        Bun.spawnSync(["sh", "-c", `${EXECUTABLE} ${command} >/dev/full`], { cwd: terminal.cwd, env: {} });
      for (const [command, done] of [
        ["backup backup.db", `${join(terminal.cwd, "backup.db")} was written`],
        [`token update ${id} --expires-in 1h`, `${id} was updated`],
        [`token revoke ${id}`, `${id} was revoked`],
        ["restore backup.db", `${join(terminal.cwd, "backup.db")} was restored`],
      ] as const) {
        const { exitCode, stderr } = toFullDisk(command);
        expect({ command, exitCode }).toEqual({ command, exitCode: 1 });
        expect(stderr.toString()).toBe(
          `publisher: ${done}; only the message about it cannot be written: there is no space left.\n`,
        );
      }
      expect(toFullDisk(`token revoke ${id} --dry-run`).stderr.toString()).toContain(
        "The answer cannot be written",
      );
    },
  );

  test("says what it needs with --keep", async () => {
    await terminal.createToken("read");
    const missing = await terminal.run(["backup", "missing", "--keep", "3"]);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain("goes into a directory");
    expect((await terminal.run(["backup", ".", "--keep", "0"])).exitCode).toBe(2);
  });
});

describe.skipIf(!canTrace("what a backup says of a disk that fails"))("a backup whose disk fails", () => {
  test("at any fsync says whether it was written", async () => {
    await terminal.createToken("read");
    const path = join(terminal.cwd, "backup.db");
    const told: string[] = [];
    const calls = join(terminal.cwd, "calls");
    for (let nth = 1, isDone = false; !isDone; nth += 1) {
      const fault = ["-e", "trace=fsync", "-e", `inject=fsync:error=EIO:when=${nth}`];
      const command = ["strace", "-f", "-o", calls, ...fault, EXECUTABLE, "backup", "backup.db"];
      const { exitCode, stderr } = Bun.spawnSync(command, { cwd: terminal.cwd, env: {} });
      isDone = !readFileSync(calls, "utf8").includes("INJECTED");
      if (exitCode !== 0) told.push(`${existsSync(path) ? "there" : "none"}: ${stderr.toString()}`);
      rmSync(path, { force: true });
    }
    expect(told.pop()).toBe(
      `there: publisher: ${path} was written, but may not survive a power cut: the disk fails.\n`,
    );
    expect(told.filter((each) => !each.startsWith("none: publisher: The copy "))).toEqual([]);
  });
});

describe("a copy of publisher.db alone", () => {
  test("taken under a running server is refused by every command, and left as it is", async () => {
    await using server = await RunningServer.start();
    await server.call("api-token/create", { access: "read" });
    mkdirSync(terminal.dataDir);
    const path = join(terminal.dataDir, "publisher.db");
    copyFileSync(join(server.dataDir, "publisher.db"), path);
    const before = readFileSync(path).toHex();
    for (const command of [
      "check",
      "token list",
      "token create --access read",
      "serve --port 0",
      "backup x.db",
    ]) {
      const { exitCode, stdout, stderr } = await terminal.run(command.split(" "));
      expect({ command, exitCode, stdout }).toEqual({ command, exitCode: 1, stdout: "" });
      expect(stderr).toStartWith(
        `publisher: ${path} is a part of a store: it was in use, and its file publisher.db-wal`,
      );
      expect(readFileSync(path).toHex()).toBe(before);
    }
    expect(readdirSync(terminal.dataDir)).toEqual(["publisher.db"]);
  });

  test("taken after a clean stop is whole", async () => {
    await using server = await RunningServer.start();
    await server.call("api-token/create", { access: "read" });
    await server.stop();
    copyFileSync(join(server.dataDir, "publisher.db"), join(terminal.cwd, "copy"));
    const dataDir = dataDirOf(terminal, "copy");
    expect(await terminal.output("check", "--data-dir", dataDir)).toContain("tokens: 2, audit events: 2.");
  });
});
