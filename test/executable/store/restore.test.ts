import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileTime } from "../../../src/store/sqlite/backup/backup.ts";
import { writeChecksum } from "../../../src/store/sqlite/backup/successor.ts";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { canTrace } from "../../support/executable/strace.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { useDisk } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const RESTORE = "restore backup.db";
const ANYHOW = `${RESTORE} --without-revocations`;
const LOGGED = `${RESTORE} --revocations revocations`;
const TO_LOG = ["--revocation-log", "revocations"];

/** Makes a store with a backup of four tokens, and ends three of them. */
async function endedSinceBackup(): Promise<readonly string[]> {
  const ids = await terminal.createBackup(4);
  const [revoked = "", replaced = "", shortened = ""] = ids;
  await terminal.done(`token revoke ${revoked}`);
  await terminal.done(`token rotate ${replaced} --overlap 1h`);
  await terminal.done(`token update ${shortened} --expires-in 2h`);
  await terminal.createToken("write");
  return ids;
}

/** The status of each of those tokens, and whether it is replaced and expires. */
async function endsOf(ids: readonly string[]): Promise<readonly string[]> {
  const tokens = await terminal.tokens();
  return ids.map((id) => {
    const token = tokens.find((each) => each.id === id);
    const replaced = token?.replaced_by === null ? "" : ", replaced";
    return token?.status + replaced + (token?.expires_at === null ? "" : ", expires");
  });
}

const ENDED = ["revoked", "active, replaced, expires", "active, expires", "active"];

const logText = () => readFileSync(terminal.path("revocations"), "utf8");

const idsIn = async () => (await terminal.tokens()).map(({ id }) => id);

describe("restore", () => {
  test("brings the backup back, and nothing to life that the old store knew to be ended", async () => {
    const ids = await endedSinceBackup();
    const report = await terminal.done(RESTORE);
    expect(report).toContain("the backup stay so: 1 revoked, 1 replaced, 1 with an earlier expiry.");
    expect(report).toContain("Replaced by a token that is not in the backup: 1.");
    expect(report).toContain("Created since the backup, and gone with their secrets: 2 tokens.");
    expect(await endsOf(ids)).toEqual(ENDED);
    expect(await terminal.tokens()).toHaveLength(4);
    const { data } = JSON.parse(await terminal.done("audit list --json"));
    const changes = data
      .slice(0, 3)
      .map(({ action, actor }: Record<string, unknown>) => `${action} ${actor}`);
    expect(changes.sort()).toEqual(["revoke", "rotate", "update"].map((name) => `api-token.${name} null`));
    expect(await terminal.done("check")).toMatch(/^Restored at .* from a backup with changes up to /m);
    const [old = ""] = terminal.files("replaced-");
    expect(await terminal.tokens("--data-dir", join(terminal.dataDir, old))).toHaveLength(6);
  });

  test("takes the ends from the files of a crash too, and leaves these to no other store", async () => {
    const server = await terminal.serve();
    const { json: leaked } = await server.call("api-token/create", { access: "write" });
    await terminal.done("backup backup.db");
    await server.call("api-token/revoke", { id: leaked.id });
    await server.stop("SIGKILL");
    expect(existsSync(`${terminal.database}-wal`)).toBe(true);
    expect(await terminal.done(RESTORE)).toContain("stay so: 1 revoked.");
    expect(terminal.files("publisher.db")).toEqual(["publisher.db"]);
    await using again = await terminal.serve();
    expect((await again.call("api-token/current", {}, leaked.token)).status).toBe(401);
    expect((await again.call("api-token/list")).status).toBe(200);
  });

  test("refuses over a running server, and where another command has the store open", async () => {
    await using server = await terminal.serve();
    await terminal.done("backup backup.db");
    await terminal.expectRefusal(RESTORE, "a store cannot be replaced under a server");
    expect((await server.call("api-token/list")).status).toBe(200);
    await server.stop();
    using other = new Database(terminal.database, { readonly: true });
    other.run("BEGIN");
    other.query("SELECT * FROM token").get();
    await terminal.expectRefusal(RESTORE, "Another process is using");
    expect(terminal.files("restoring")).toEqual([]);
  });

  test("asks for a flag where it cannot know the revocations, and changes nothing without", async () => {
    await terminal.createBackup();
    terminal.lose();
    const message = await terminal.refusal(RESTORE);
    expect(message).toContain("Tokens that were revoked since the backup would work again, and it is not");
    expect(message).toContain("Add --revocations with the file that a server writes with --revocation-log");
    expect(message).toMatch(/ The reason: there is no store in \S+data\.\n$/);
    expect(existsSync(terminal.database)).toBe(false);
    const ids = await terminal.createTokens(1);
    await terminal.expectRefusal(RESTORE, "the store that is there is not a later state of the same store");
    expect(await idsIn()).toEqual([...ids]);
    terminal.lose();
    const report = await terminal.done(ANYHOW);
    expect(report).toContain("Not known: there is no store in");
    expect(report).toContain("Tokens created since the backup are gone too; how many is not known.");
    expect(await terminal.done("check")).toContain("It was not known which tokens had ended since");
    expect(await terminal.tokens()).toHaveLength(1);
  });

  test("reads as much as can be read of a damaged store, and says that this may not be all", async () => {
    const ids = await endedSinceBackup();
    terminal.sql("DELETE FROM cursor_key", `UPDATE token SET expires_at = -5 WHERE id = '${ids[3]}'`);
    await terminal.expectRefusal(RESTORE, /data is damaged \(.*the key of the cursors is missing/);
    await terminal.done(ANYHOW);
    expect(await endsOf(ids)).toEqual(ENDED);
    expect(await terminal.done("check")).toContain("is sound");
  });

  test("refuses a damaged backup, and leaves the store as it is", async () => {
    const ids = await terminal.createBackup();
    const backup = terminal.path("backup.db");
    writeFileSync(backup, readFileSync(backup).fill(0xaa, 8192, 16_384));
    await terminal.expectRefusal(RESTORE, "Use another one. Nothing was changed.");
    expect(terminal.files("restoring")).toEqual([]);
    expect(await idsIn()).toEqual([...ids]);
  });

  test("takes a part of a store only with a flag, also one in its own place", async () => {
    await using server = await RunningServer.start();
    const part = join(server.dataDir, "publisher.db");
    copyFileSync(part, terminal.path("part.db"));
    const restore = "restore part.db --without-revocations";
    await terminal.expectRefusal(restore, "is a part of a store");
    await terminal.done(`${restore} --accept-part`);
    expect(await terminal.done("check")).toContain("is sound");
    terminal.lose();
    mkdirSync(terminal.dataDir);
    copyFileSync(part, terminal.database);
    const inPlace = `restore ${terminal.database} --accept-part`;
    await terminal.expectRefusal(inPlace, "restored from its own file, without its last changes");
    await terminal.done(`${inPlace} --without-revocations`);
    expect(await terminal.done("check")).toContain("is sound");
  });

  test("keeps two replaced stores of the same second", async () => {
    await terminal.createBackup();
    for (let count = 0; count < 60; count += 1)
      mkdirSync(join(terminal.dataDir, `replaced-${fileTime(new Date(Date.now() + count * 1000))}`));
    const report = await terminal.done(RESTORE);
    expect(report).toMatch(/^The store that was there is in \S+\/replaced-20\S+Z-2\. /m);
  });
});

const hasDisk = SmallDisk.canMount("a restore without space");

describe.skipIf(!hasDisk)("a restore that finds too little space", () => {
  const disk = useDisk();

  test("leaves the store as it was", async () => {
    await endedSinceBackup();
    const before = await terminal.tokens();
    const directory = join(disk.path, "data");
    const outcomes = new Set<string>();
    for (let space = 0; space < 320 * 1024; space += 8 * 1024) {
      cpSync(terminal.dataDir, directory, { recursive: true });
      disk.fill();
      disk.spare(space);
      const { exitCode, stderr } = await terminal.run([...RESTORE.split(" "), "--data-dir", directory]);
      disk.free();
      outcomes.add(exitCode === 0 ? "restored" : "left");
      if (exitCode !== 0) {
        expect(stderr).toMatch(/^publisher: The [^\n]+: there is no space left\.[^\n]*\n$/);
        expect(exitCode).toBe(1);
        expect(await terminal.tokens("--data-dir", directory)).toEqual(before);
      }
      rmSync(directory, { recursive: true });
    }
    expect([...outcomes]).toEqual(["left", "restored"]);
  });
});

describe("after a restore that was killed", () => {
  test("its file is refused as a backup, and removed by the next start of the server", async () => {
    await terminal.createTokens(1);
    const left = join(terminal.dataDir, "restoring-0123456789abcdef");
    mkdirSync(left);
    writeFileSync(join(left, "publisher.db"), "half");
    await terminal.expectRefusal(`restore ${left}/publisher.db`, "was left by a restore");
    expect(existsSync(left)).toBe(true);
    await terminal.serveOnce();
    expect(existsSync(left)).toBe(false);
  });

  test.each(["token list", "token create --access read", RESTORE, "serve"])(
    "its last step is made by %s, also where there is no store any more",
    async (command) => {
      const [id = ""] = await terminal.createBackup();
      const path = terminal.database;
      rmSync(path);
      copyFileSync(terminal.path("backup.db"), `${path}-next`);
      writeChecksum(new DataDirectory(terminal.dataDir), `${path}-next`);
      writeFileSync(`${path}-wal`, "of the lost store");
      for (const reading of ["check", "backup other.db"])
        await terminal.expectRefusal(reading, "was interrupted before its last step");
      if (command === "serve") await terminal.serveOnce();
      else await terminal.done(command);
      expect(existsSync(`${path}-next`)).toBe(false);
      expect(await idsIn()).toContain(id);
    },
  );
});

test("a file that is no backup is named with its kind, and a pipe is not waited for", async () => {
  await terminal.createTokens(1);
  Bun.spawnSync(["mkfifo", terminal.path("pipe")]);
  symlinkSync("nowhere", terminal.path("link"));
  writeFileSync(terminal.path("empty"), "");
  for (const command of ["restore", "check"])
    for (const [path, sentence] of [
      ["pipe", "is a pipe, and a backup is a regular file. Name one."],
      ["/dev/zero", "is a device, and a backup is a regular file. Name one."],
      ["data", "is a directory, and a backup is a regular file. Name one."],
      ["link", "is a symbolic link to a file that does not exist."],
      ["empty", "the file is empty."],
    ])
      await terminal.expectRefusal(`${command} ${path}`, sentence ?? "");
});

describe("the revocation log of a server", () => {
  test("keeps a server from replacing a lost store, and lets a backup be restored with every end since", async () => {
    const ids = await endedSinceBackup();
    const { token: admin } = await terminal.createToken("write");
    await using server = await terminal.serve(...TO_LOG);
    await server.call("api-token/revoke", { id: ids[3] }, admin);
    expect(logText()).toContain(ids[3] ?? "");
    expect(logText()).not.toContain("sk_");
    await server.stop("SIGKILL");
    terminal.lose();
    await terminal.expectRefusal(
      `serve --port 0 ${TO_LOG.join(" ")}`,
      `run "publisher restore BACKUP --revocations ${terminal.path("revocations")}"`,
    );
    expect(existsSync(terminal.dataDir)).toBe(false);
    const report = await terminal.done(LOGGED);
    expect(report).toContain("2 revoked, 1 replaced, 1 with an earlier expiry");
    expect(report).toContain("Tokens created since the backup are gone too; how many is not known.");
    expect(await endsOf(ids)).toEqual([...ENDED.slice(0, 3), "revoked"]);
    expect(await terminal.done("check")).not.toContain("not known");
  });

  test("that stopped before the backup is not taken for complete", async () => {
    const [first, second, third] = await terminal.createTokens(3);
    await terminal.done(`token revoke ${first}`);
    await terminal.serveOnce(...TO_LOG);
    await terminal.done(`token revoke ${second}`);
    await terminal.done("backup backup.db");
    await terminal.done(`token revoke ${third}`);
    terminal.lose();
    await terminal.expectRefusal(LOGGED, /log ends at 20\S+Z, and lacks an end that the backup has/);
    const report = await terminal.done(`${LOGGED} --without-revocations`);
    expect(report).toMatch(
      /^The revocation log ends at 20\S+Z\. It does not have what ended after that, .*token list --data-dir \/\S+data"\.$/m,
    );
    expect(report).toContain("Not known: the revocation log ends at");
  });

  test("is not taken with torn or missing lines, nor of another store, nor as a pipe", async () => {
    const ids = await terminal.createBackup(3);
    for (const id of ids) await terminal.done(`token revoke ${id}`);
    await terminal.serveOnce(...TO_LOG);
    await terminal.serveOnce("--data-dir", "other", "--revocation-log", "other.log");
    Bun.spawnSync(["mkfifo", terminal.path("pipe")]);
    terminal.lose();
    const [head = "", one = "", two = "", three] = logText().split("\n");
    writeFileSync(terminal.path("torn.log"), [head, one, two.slice(0, 40)].join("\n"));
    writeFileSync(terminal.path("holed.log"), [head, one, three, ""].join("\n"));
    for (const [log, sentence] of [
      ["torn.log", "line 3 of torn.log cannot be read, and may have been a revocation"],
      ["holed.log", "lines are missing before line 3 of holed.log, and may have been revocations"],
      ["other.log", "is the revocation log of another store than the backup is of"],
      ["pipe", "pipe is a pipe. "],
    ] as const)
      await terminal.expectRefusal(`${RESTORE} --revocations ${log}`, sentence);
  });

  test("of which a file is missing asks for that file", async () => {
    const ids = await terminal.createBackup(2);
    await using server = await terminal.serve(...TO_LOG);
    const { token: admin } = await terminal.createToken("write");
    await server.call("api-token/revoke", { id: ids[0] }, admin);
    renameSync(terminal.path("revocations"), terminal.path("revocations.1"));
    await terminal.createToken("read");
    await server.call("api-token/revoke", { id: ids[1] }, admin);
    await server.stop();
    terminal.lose();
    const message = await terminal.refusal(LOGGED);
    expect(message).toContain("Give the missing file too, with one more --revocations, or add");
    expect(message).toContain("a file of the revocation log is missing: revocations begins after ");
    expect(await terminal.done(`${LOGGED} --revocations revocations.1`)).toContain("2 revoked");
  });

  test("is not needed beside a store that continues the backup", async () => {
    await terminal.done(`token revoke ${(await terminal.createTokens(1))[0]}`);
    await terminal.serveOnce(...TO_LOG);
    await terminal.done(`token revoke ${(await terminal.createTokens(1))[0]}`);
    await terminal.done("backup backup.db");
    expect(await terminal.done(LOGGED)).not.toContain("Not known");
  });
});

/** The system calls by which a restore changes a data directory, but for writing to the copy itself. */
const CALLS = ["rename,renameat,renameat2", "link,linkat", "unlink,unlinkat", "ftruncate", "mkdir,mkdirat"];

describe.skipIf(!canTrace("whether a restore can be killed at any moment"))("a restore", () => {
  test("that is killed at any of its calls leaves the old store or the restored one, whole", async () => {
    await using server = await RunningServer.start();
    const { json: revoked } = await server.call("api-token/create", { access: "read" });
    await terminal.done(`backup backup.db --data-dir ${server.dataDir}`);
    await server.call("api-token/revoke", { id: revoked.id });
    await server.call("api-token/create", { access: "read" });
    await server.stop("SIGKILL");
    const found = new Set<number>();
    for (const calls of CALLS)
      for (let nth = 1, isDone = false; !isDone; nth += 1) {
        terminal.lose();
        cpSync(server.dataDir, terminal.dataDir, { recursive: true });
        const restoring = terminal.startFailing(`${calls}:signal=SIGKILL:when=${nth}`, RESTORE);
        isDone = (await restoring.exited) === 0;
        const tokens = await terminal.tokens();
        expect(tokens.find(({ id }) => id === revoked.id)?.status).toBe("revoked");
        expect(await terminal.done("check")).toContain("is sound");
        found.add(tokens.length);
      }
    expect(found).toEqual(new Set([2, 3]));
  });

  test.each(["check", "token list", "backup another.db", "token create --access read"])(
    "under way makes %s wait, and the store that comes stays whole",
    async (command) => {
      await terminal.createBackup();
      const restoring = terminal.startFailing("link,linkat:delay_enter=1000000:when=1", RESTORE);
      await until(() => terminal.files("replaced-").length > 0 || restoring.exitCode !== null);
      await terminal.run(command.split(" "));
      expect(await restoring.exited).toBe(0);
      expect(await terminal.done("check")).toContain("Restored at ");
      expect(terminal.files("publisher.db")).toEqual(["publisher.db"]);
      await terminal.done(RESTORE);
    },
  );
});
