import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
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
import { unfinishedPath } from "../../../src/store/sqlite/backup/backup.ts";
import { SCHEMA_VERSION } from "../../../src/store/sqlite/schema.ts";
import { canTrace } from "../../support/executable/strace.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const dated = (day: string) => `publisher-2020-01-${day}T00-00-00Z.db`;

/** The files in the folder of dated backups, sorted. */
function backups(): readonly string[] {
  return readdirSync(terminal.path("backups")).sort();
}

describe("backup", () => {
  test("beside a running server holds all acknowledged changes, sound, for its owner alone", async () => {
    await using server = await terminal.serve();
    const { json } = await server.call("api-token/create", { access: "read" });
    await server.call("api-token/revoke", { id: json.id });
    const path = terminal.path("backup.db");
    expect(await terminal.done("backup backup.db")).toBe(
      `Backed up ${terminal.database} to ${path}: sound, schema ${SCHEMA_VERSION}, tokens: 2, audit events: 3.\n`,
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(terminal.names).toEqual(["backup.db", "data"]);
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    expect(await terminal.done("check backup.db")).toContain("tokens: 2, audit events: 3.");
  });

  test("under load holds every change that was acknowledged before it began", async () => {
    await using server = await terminal.serve();
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
      await terminal.done(`backup backup-${round}`);
      using backup = new Database(terminal.path(`backup-${round}`), { readonly: true });
      const ids = new Set(backup.query("SELECT id FROM token").values().flat());
      expect(before.filter((id) => !ids.has(id))).toEqual([]);
    }
    isOver = true;
    await load;
    expect(acknowledged.length).toBeGreaterThan(0);
  });

  test("replaces an older backup, and removes the unfinished files of a killed one", async () => {
    await terminal.createBackup();
    // No process has this id: the greatest that Linux gives is below it.
    const own = unfinishedPath("backup.db", 4_194_305);
    const other = unfinishedPath("other.db", 4_194_305);
    const old = unfinishedPath("backup.db", 1, "aaaaaaaa");
    const elsewhere = unfinishedPath("backup.db", 1, "bbbbbbbb");
    for (const name of [own, other, old, elsewhere]) writeFileSync(terminal.path(name), "half");
    utimesSync(terminal.path(old), 0, 0);
    await terminal.createTokens(1);
    expect(await terminal.done("backup backup.db")).toContain("tokens: 2,");
    expect(terminal.names).toEqual(["backup.db", elsewhere, "data", other]);
  });

  test("with --keep makes dated backups, and removes only the oldest of those", async () => {
    await terminal.createTokens(1);
    mkdirSync(terminal.path("backups"));
    for (const day of ["01", "02"]) await terminal.done(`backup backups/${dated(day)}`);
    const foreign = dated("01").replace("2020", "2019");
    writeFileSync(terminal.path(`backups/${foreign}`), "of somebody else");
    writeFileSync(terminal.path("backups/notes.txt"), "kept");
    const { stderr } = await terminal.run(["backup", "backups", "--keep", "2"]);
    expect(stderr).toEndWith(
      `--keep neither counts nor removes ${terminal.path(`backups/${foreign}`)}, ` +
        "which is no backup of Publisher's. Keep it elsewhere, or remove it.\n",
    );
    const made = expect.stringMatching(/^publisher-20[2-9]\d-/);
    expect(backups()).toEqual(["notes.txt", foreign, dated("02"), made]);
    writeFileSync(terminal.path(`backups/${dated("01")}`), "of somebody else");
    expect((await terminal.run(["backup", "backups", "--keep", "2"])).stderr).toEndWith(
      `--keep neither counts nor removes 2 files with such names in ${terminal.path("backups")}. ` +
        `One is ${foreign}, which is no backup of Publisher's. Keep them elsewhere, or remove them.\n`,
    );
    expect((await terminal.run(["backup", "backups", "--keep", "0"])).exitCode).toBe(2);
  });

  test("does not replace a backup of another store, nor one with later changes", async () => {
    await terminal.createTokens(1);
    await terminal.done("backup early.db");
    await terminal.createTokens(1);
    await terminal.done("backup late.db");
    await terminal.createToken("write", "--data-dir", "new-store");
    await terminal.done("restore early.db");
    const before = [terminal.names, readFileSync(terminal.path("late.db")).toHex()];
    await terminal.expectRefusal("backup late.db --data-dir new-store", "is a backup of another store");
    await terminal.expectRefusal("backup late.db", "has changes that this store does not have");
    expect([terminal.names, readFileSync(terminal.path("late.db")).toHex()]).toEqual(before);
    await terminal.done("backup early.db");
  });

  test("replaces a damaged backup, and gives that another name", async () => {
    await terminal.createBackup();
    const path = terminal.path("backup.db");
    const damaged = readFileSync(path).fill(1, 1000);
    writeFileSync(path, damaged);
    const { exitCode, stdout, stderr } = await terminal.run(["backup", "backup.db"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("tokens: 1,") });
    expect(stderr).toMatch(
      /^The old \S+backup\.db cannot be read \(.+\)\. It is kept as \S+backup\.db\.damaged, and the new backup takes its place\.\n$/,
    );
    expect(readFileSync(`${path}.damaged`).equals(damaged)).toBe(true);
    expect(await terminal.done("check backup.db")).toContain("is sound");
    expect(terminal.names).toEqual(["backup.db", "backup.db.damaged", "data"]);
  });

  test("replaces a link to an earlier backup, which stays", async () => {
    await terminal.createTokens(1);
    await terminal.done("backup first.db");
    symlinkSync("first.db", terminal.path("latest.db"));
    expect(await terminal.run(["backup", "latest.db"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect(lstatSync(terminal.path("latest.db")).isFile()).toBe(true);
    expect(terminal.names).toEqual(["data", "first.db", "latest.db"]);
  });

  const OF_A_STORE = "is the place of a store itself, or of a file that Publisher keeps";
  test.each([
    ...["data/publisher.db", "data/publisher.db-wal", "no-store/publisher.db"].map((path) => [
      path,
      OF_A_STORE,
    ]),
    ...["", "-next", "-next.sha256"].map((end) => [`other/publisher.db${end}`, OF_A_STORE]),
    ...["lock.db", "reserve.new", "First-Token"].map((name) => [`other/${name}`, OF_A_STORE]),
    ["notes.txt", "is no backup of Publisher's"],
    ["empty", "is no backup of Publisher's"],
    ["data", "add --keep 7"],
  ])("never writes over %s", async (target = "", sentence = "") => {
    await terminal.createTokens(1);
    await terminal.createToken("read", "--data-dir", "other");
    writeFileSync(terminal.path("notes.txt"), "Dear diary,\n".repeat(99));
    writeFileSync(terminal.path("empty"), "");
    mkdirSync(terminal.path("no-store"));
    const path = terminal.path(target);
    const content = () => (existsSync(path) && statSync(path).isFile() ? readFileSync(path).toHex() : null);
    const before = content();
    await terminal.expectRefusal(`backup ${target}`, sentence);
    expect(content()).toBe(before);
  });

  test.each([
    ["backup missing/backup.db", /There is no directory \/\S+\/missing\. Make it first\./],
    ["backup notes.txt/x.db", /notes\.txt\/x\.db cannot be used: a part of the path is a file\./],
    ["backup notes.txt/x/y.db", /cannot be used: a part of the path is a file\./],
    [`backup ${"x".repeat(300)}`, /cannot be used: the name is too long\./],
    [`backup ${"x".repeat(250)}`, /cannot be written: the name is too long\./],
    [`backup ${"x".repeat(300)} --keep 3`, /cannot be used: the name is too long\./],
    ["backup missing --keep 3", /goes into a directory/],
    ["restore notes.txt/x", /notes\.txt\/x cannot be used: a part of the path is a file\./],
    [`restore ${"x".repeat(300)}`, /cannot be used: the name is too long\./],
  ])("says in one line why a path cannot be used: %s", async (command, sentence) => {
    await terminal.createTokens(1);
    writeFileSync(terminal.path("notes.txt"), "Dear diary,\n");
    const message = await terminal.refusal(command);
    expect(message.split("\n")).toHaveLength(2);
    expect(message).toMatch(sentence);
    expect(terminal.names).toEqual(["data", "notes.txt"]);
  });

  test.skipIf(!existsSync("/dev/full"))(
    "names the finished work where only its message cannot be written",
    async () => {
      const [id] = await terminal.createTokens(1);
      const toFullDisk = ["sh", "-c", '"$0" "$@" >/dev/full'];
      for (const [command = "", done] of [
        ["backup backup.db", `${terminal.path("backup.db")} was written`],
        [`token update ${id} --expires-in 1h`, `${id} was updated`],
        [`token revoke ${id}`, `${id} was revoked`],
        ["restore backup.db", `${terminal.path("backup.db")} was restored`],
      ])
        expect(terminal.refusalUnder(toFullDisk, command)).toBe(
          `publisher: ${done}; only the message about it cannot be written: there is no space left.\n`,
        );
      expect(terminal.refusalUnder(toFullDisk, `token revoke ${id} --dry-run`)).toContain(
        "The answer cannot be",
      );
    },
  );
});

test.skipIf(!canTrace("what a backup says of a disk that fails"))(
  "a backup says after a failure of any fsync whether it was written",
  async () => {
    await terminal.createTokens(1);
    const path = terminal.path("backup.db");
    const messages: string[] = [];
    const calls = terminal.path("calls");
    for (let nth = 1, isDone = false; !isDone; nth += 1) {
      const strace = ["strace", "-f", "-o", calls, "-e", `inject=fsync:error=EIO:when=${nth}`];
      const { exitCode, stderr } = terminal.runUnder(strace, "backup backup.db");
      isDone = !readFileSync(calls, "utf8").includes("INJECTED");
      if (exitCode !== 0) messages.push(`${existsSync(path) ? "there" : "none"}: ${stderr}`);
      rmSync(path, { force: true });
    }
    expect(messages.pop()).toBe(
      `there: publisher: ${path} was written, but may not survive a power cut: the disk fails.\n`,
    );
    expect(messages.filter((each) => !each.startsWith("none: publisher: The copy "))).toEqual([]);
  },
);
