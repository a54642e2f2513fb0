import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
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
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { canTrace } from "../../support/executable/strace.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { schemaText } from "../../support/store/old-schemas.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { useTerminal } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

type Listed = Readonly<Record<"id" | "status", string> & Record<"expires_at" | "replaced_by", string | null>>;

async function tokensOf(terminal: Terminal, ...more: readonly string[]): Promise<readonly Listed[]> {
  return JSON.parse(await terminal.output("token", "list", "--all", "--json", ...more)).data;
}

async function actionsOf(terminal: Terminal): Promise<readonly string[]> {
  const { data } = JSON.parse(await terminal.output("audit", "list", "--json"));
  return data.map(
    ({ action, actor }: { action: string; actor: string | null }) =>
      `${action} by ${actor ?? "command line"}`,
  );
}

/** A store with three tokens, of which there is a backup, and what was done to them since. */
async function endedSinceBackup(terminal: Terminal): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let count = 0; count < 4; count += 1) ids.push((await terminal.createToken("read")).id);
  await terminal.output("backup", "backup.db");
  const [revoked = "", replaced = "", shortened = ""] = ids;
  await terminal.output("token", "revoke", revoked);
  await terminal.output("token", "rotate", replaced, "--overlap", "1h");
  await terminal.output("token", "update", shortened, "--expires-in", "2h");
  await terminal.createToken("write");
  return ids;
}

/** How it goes with each of those tokens. */
function endsOf(tokens: readonly Listed[], ids: readonly string[]): readonly unknown[] {
  return ids.map((id) => {
    const token = tokens.find((each) => each.id === id);
    return [token?.status, token?.replaced_by !== null, token?.expires_at !== null];
  });
}

const ENDED = [
  ["revoked", false, false],
  ["active", true, true],
  ["active", false, true],
  ["active", false, false],
];

describe("restore", () => {
  test("brings the backup back, and nothing to life that the store that was there knew to be ended", async () => {
    const ids = await endedSinceBackup(terminal);
    const told = await terminal.output("restore", "backup.db");
    expect(told).toContain(
      "Tokens that ended since the backup stay so: 1 revoked, 1 replaced, 1 with an earlier expiry.",
    );
    expect(told).toContain("Replaced by a token that is not in the backup: 1.");
    expect(told).toContain("Created since the backup, and gone with their secrets: 2 tokens.");
    const tokens = await tokensOf(terminal);
    expect(endsOf(tokens, ids)).toEqual(ENDED);
    expect(tokens).toHaveLength(4);
    expect((await actionsOf(terminal)).slice(0, 3).sort()).toEqual([
      "api-token.revoke by command line",
      "api-token.rotate by command line",
      "api-token.update by command line",
    ]);
    expect(await terminal.output("check")).toMatch(/^Restored at .* from a backup with changes up to /m);
    const [aside = ""] = readdirSync(terminal.dataDir).filter((name) => name.startsWith("replaced-"));
    const kept = join(terminal.dataDir, aside);
    expect(await tokensOf(terminal, "--data-dir", kept)).toHaveLength(6);
  });

  test("takes what the store that was there knew also from what a crash left, and leaves that to nobody", async () => {
    await using server = await RunningServer.start();
    const { json: leaked } = await server.call("api-token/create", { access: "write" });
    await terminal.output("backup", "backup.db", "--data-dir", server.dataDir);
    await server.call("api-token/revoke", { id: leaked.id });
    await server.stop("SIGKILL");
    expect(existsSync(join(server.dataDir, "publisher.db-wal"))).toBe(true);
    const told = await terminal.output("restore", "backup.db", "--data-dir", server.dataDir);
    expect(told).toContain("stay so: 1 revoked.");
    expect(readdirSync(server.dataDir).filter((name) => name.startsWith("publisher.db"))).toEqual([
      "publisher.db",
    ]);
    await using again = await RunningServer.start({ cwd: server.cwd });
    expect((await again.call("api-token/current", {}, leaked.token)).status).toBe(401);
    expect((await again.call("api-token/list")).status).toBe(200);
  });

  test("refuses over a running server, and where another command has the store open", async () => {
    await using server = await RunningServer.start();
    const dataDir = ["--data-dir", server.dataDir];
    await terminal.output("backup", "backup.db", ...dataDir);
    const running = await terminal.run(["restore", "backup.db", ...dataDir]);
    expect(running.exitCode).toBe(1);
    expect(running.stderr).toContain("a store cannot be replaced under a server");
    expect((await server.call("api-token/list")).status).toBe(200);
    await server.stop();
    using other = new Database(join(server.dataDir, "publisher.db"), { readonly: true });
    other.run("BEGIN");
    other.query("SELECT * FROM token").get();
    const busy = await terminal.run(["restore", "backup.db", ...dataDir]);
    expect(busy.stderr).toContain("Another process is using");
    expect(readdirSync(server.dataDir).filter((name) => name.startsWith("restoring"))).toEqual([]);
  });

  test("asks for a word where it cannot know what was revoked, and changes nothing without", async () => {
    await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    rmSync(terminal.dataDir, { recursive: true });
    const refused = await terminal.run(["restore", "backup.db"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(
      "Tokens that were revoked since the backup would work again, and it is not known which these are. ",
    );
    expect(refused.stderr).toContain("Add --revocations with the file that a server kept");
    expect(refused.stderr).toMatch(/ The reason: there is no store in \S+data\.\n$/);
    expect(existsSync(join(terminal.dataDir, "publisher.db"))).toBe(false);
    const told = await terminal.output("restore", "backup.db", "--without-revocations");
    expect(told).toContain("Not known: there is no store in");
    expect(told).toContain("Tokens created since the backup are gone too; how many is not known.");
    expect(await terminal.output("check")).toContain("It was not known which tokens had ended since");
    expect(await tokensOf(terminal)).toHaveLength(1);
  });

  test("does not take another store for the continuation of the backup", async () => {
    await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    rmSync(terminal.dataDir, { recursive: true });
    const { id } = await terminal.createToken("read");
    const { exitCode, stderr } = await terminal.run(["restore", "backup.db"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("the store that is there is not a later state of the same store");
    expect((await tokensOf(terminal)).map((token) => token.id)).toEqual([id]);
  });

  test("reads as much as can be read of a damaged store, and says that this may not be all", async () => {
    const ids = await endedSinceBackup(terminal);
    const path = join(terminal.dataDir, "publisher.db");
    {
      using database = new Database(path);
      database.run("DELETE FROM cursor_key");
    }
    const refused = await terminal.run(["restore", "backup.db"]);
    expect(refused.stderr).toContain("data is damaged (the key of the cursors is missing).\n");
    await terminal.output("restore", "backup.db", "--without-revocations");
    expect(endsOf(await tokensOf(terminal), ids)).toEqual(ENDED);
  });

  test("asks for a word where the store that was there has lost an end or has times that cannot be", async () => {
    const ids = await endedSinceBackup(terminal);
    const [revoked = "", , , untouched = ""] = ids;
    {
      using database = new Database(join(terminal.dataDir, "publisher.db"));
      const name = "token_stays_revoked";
      const [trigger] = database.query("SELECT sql FROM sqlite_schema WHERE name = ?").values(name).flat();
      database.run(`DROP TRIGGER ${name}`);
      database.query("UPDATE token SET revoked_at = NULL WHERE id = ?").run(revoked);
      database.query("UPDATE token SET expires_at = -5 WHERE id = ?").run(untouched);
      database.run(String(trigger));
    }
    const refused = await terminal.run(["restore", "backup.db"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("is damaged (a token has an impossible time");
    await terminal.output("restore", "backup.db", "--without-revocations");
    expect(endsOf(await tokensOf(terminal), ids)).toEqual(ENDED);
    expect(await terminal.output("check")).toContain("is sound");
  });

  test.each([
    {
      what: "is damaged",
      spoil: (bytes: Buffer) => bytes.fill(0xaa, 8192, 16_384),
      says: "Use another one. Nothing was changed.",
    },
    { what: "is cut short", spoil: (bytes: Buffer) => bytes.subarray(0, 20_000), says: "is damaged" },
    { what: "is no store", spoil: () => Buffer.from("Dear diary,\n"), says: "is not a Publisher store" },
  ])("refuses a backup that $what, and leaves the store as it is", async ({ spoil, says }) => {
    await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    const backup = join(terminal.cwd, "backup.db");
    writeFileSync(backup, spoil(readFileSync(backup)));
    const before = readFileSync(join(terminal.dataDir, "publisher.db")).toHex();
    const { exitCode, stderr } = await terminal.run(["restore", "backup.db"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(says);
    expect(readFileSync(join(terminal.dataDir, "publisher.db")).toHex()).toBe(before);
    expect(readdirSync(terminal.dataDir).filter((name) => name.startsWith("restoring"))).toEqual([]);
  });

  test("takes a part of a store only where told to", async () => {
    await using server = await RunningServer.start();
    copyFileSync(join(server.dataDir, "publisher.db"), join(terminal.cwd, "part.db"));
    const refused = await terminal.run(["restore", "part.db", "--without-revocations"]);
    expect(refused.stderr).toContain("is a part of a store");
    await terminal.output("restore", "part.db", "--without-revocations", "--accept-part");
    expect(await terminal.output("check")).toContain("is sound");
  });

  test("makes a whole store of a part that is in its place", async () => {
    await using server = await RunningServer.start();
    mkdirSync(terminal.dataDir);
    const path = join(terminal.dataDir, "publisher.db");
    copyFileSync(join(server.dataDir, "publisher.db"), path);
    const refused = await terminal.run(["restore", path, "--accept-part"]);
    expect(refused.stderr).toContain("the store is restored from its own file, without its last changes");
    await terminal.output("restore", path, "--accept-part", "--without-revocations");
    expect(await terminal.output("check")).toContain("is sound");
  });
});

test("two restores in the same second keep two replaced stores", async () => {
  await terminal.createToken("read");
  await terminal.output("backup", "backup.db");
  for (let count = 0; count < 60; count += 1)
    mkdirSync(join(terminal.dataDir, `replaced-${fileTime(new Date(Date.now() + count * 1000))}`));
  const told = await terminal.output("restore", "backup.db");
  expect(told).toMatch(/^The store that was there is in \S+\/replaced-20\S+Z-2\. /m);
});

const disk = SmallDisk.mount();
disk?.[Symbol.dispose]();

test.skipIf(disk === null)(
  "a restore that finds too little space says so, and leaves the store as it was",
  async () => {
    using small = SmallDisk.mount();
    await endedSinceBackup(terminal);
    const before = await tokensOf(terminal);
    const directory = join(small?.path ?? "", "data");
    const outcomes = new Set<string>();
    for (let space = 0; space < 320 * 1024; space += 8 * 1024) {
      cpSync(join(terminal.cwd, "data"), directory, { recursive: true });
      small?.fill();
      small?.spare(space);
      const restored = await terminal.run(["restore", "backup.db", "--data-dir", directory]);
      small?.free();
      outcomes.add(restored.exitCode === 0 ? "restored" : "left");
      if (restored.exitCode !== 0) {
        expect(restored.stderr).toMatch(/^publisher: The [^\n]+: there is no space left\.[^\n]*\n$/);
        expect(restored.exitCode).toBe(1);
        expect(await tokensOf(terminal, "--data-dir", directory)).toEqual(before);
      }
      rmSync(directory, { recursive: true });
    }
    expect([...outcomes]).toEqual(["left", "restored"]);
  },
);

test("a restored store of an older schema is for the older version", async () => {
  const backup = join(terminal.cwd, "backup.db");
  using made = new Database(backup, { create: true, readwrite: true });
  made.run(schemaText(3));
  made.close();
  const told = await terminal.output("restore", backup, "--without-revocations");
  expect(told).toContain("The store has schema 3: start the older version");
  expect(told).not.toContain("You can start the server");
});

test("restore refuses a file that a killed restore left, and leaves every other file", async () => {
  const { id } = await terminal.createToken("read");
  await terminal.output("backup", "backup.db");
  for (const name of ["restoring", "restoring-0123456789abcdef"]) {
    mkdirSync(join(terminal.dataDir, name));
    copyFileSync(join(terminal.cwd, "backup.db"), join(terminal.dataDir, name, "publisher.db"));
    writeFileSync(join(terminal.dataDir, name, "notes.txt"), "kept");
  }
  const left = join(terminal.dataDir, "restoring-0123456789abcdef", "publisher.db");
  expect((await terminal.run(["restore", left])).stderr).toContain("was left by a restore");
  expect(existsSync(left)).toBe(true);
  await terminal.output("restore", join(terminal.dataDir, "restoring", "publisher.db"));
  expect(readdirSync(join(terminal.dataDir, "restoring")).sort()).toEqual(["notes.txt", "publisher.db"]);
  expect((await tokensOf(terminal)).map((token) => token.id)).toEqual([id]);
});

test("a start of the server removes the copy of a killed restore", async () => {
  await using server = await RunningServer.start();
  await server.stop();
  const left = join(server.dataDir, "restoring-0123456789abcdef");
  mkdirSync(left);
  writeFileSync(join(left, "publisher.db"), "half");
  await using again = await RunningServer.start({ cwd: server.cwd });
  expect(existsSync(left)).toBe(false);
  await again.stop();
});

test.each(["token list", "token create --access read", "restore backup.db", "serve"])(
  "what a killed restore had settled is completed by %s, also where there is no store any more",
  async (command) => {
    const { id } = await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    const path = join(terminal.dataDir, "publisher.db");
    rmSync(path);
    copyFileSync(join(terminal.cwd, "backup.db"), `${path}-next`);
    writeChecksum(new DataDirectory(terminal.dataDir), `${path}-next`);
    writeFileSync(`${path}-wal`, "of the lost store");
    for (const reading of ["check", "backup other.db"])
      expect((await terminal.run(reading.split(" "))).stderr).toContain(
        "was interrupted before its last step",
      );
    if (command === "serve") await (await RunningServer.start({ cwd: terminal.cwd })).stop();
    else await terminal.output(...command.split(" "));
    expect(existsSync(`${path}-next`)).toBe(false);
    expect((await tokensOf(terminal)).map((token) => token.id)).toContain(id);
  },
);

test("what cannot be a backup is named, and a pipe is not waited for", async () => {
  await terminal.createToken("read");
  Bun.spawnSync(["mkfifo", join(terminal.cwd, "pipe")]);
  symlinkSync("nowhere", join(terminal.cwd, "link"));
  writeFileSync(join(terminal.cwd, "empty"), "");
  const cases = [
    ["pipe", "is a pipe, and a backup is a regular file. Name one."],
    ["/dev/zero", "is a device, and a backup is a regular file. Name one."],
    ["data", "is a directory, and a backup is a regular file. Name one."],
    ["link", "is a symbolic link to a file that does not exist."],
    ["empty", "the file is empty."],
    ["none", "There is no backup at"],
  ] as const;
  for (const command of ["restore", "check"])
    for (const [path, says] of cases) {
      const { exitCode, stderr } = await terminal.run([command, path]);
      expect({ path, exitCode }).toEqual({ path, exitCode: 1 });
      expect(stderr).toContain(says);
    }
});

test("a backup under the name of a successor neither takes the place of a store nor brings tokens back", async () => {
  const { id } = await terminal.createToken("read");
  await terminal.output("backup", "backup.db");
  await terminal.output("token", "revoke", id);
  copyFileSync(join(terminal.cwd, "backup.db"), join(terminal.dataDir, "publisher.db-next"));
  for (const command of ["token list", "restore backup.db", "backup other.db", "check", "serve --port 0"]) {
    const { exitCode, stderr } = await terminal.run(command.split(" "));
    expect({ command, exitCode }).toEqual({ command, exitCode: 1 });
    expect(stderr).toContain("publisher.db-next is not the file that a restore put there.");
  }
  rmSync(join(terminal.dataDir, "publisher.db-next"));
  expect((await tokensOf(terminal)).map(({ status }) => status)).toEqual(["revoked"]);
});

describe("the revocation log of a server", () => {
  test("lets a backup be restored where the store is lost, with every end since", async () => {
    const ids = await endedSinceBackup(terminal);
    const { token: admin } = await terminal.createToken("write");
    const log = join(terminal.cwd, "revocations");
    await using server = await RunningServer.start({ cwd: terminal.cwd, args: ["--revocation-log", log] });
    await server.call("api-token/revoke", { id: ids[3] }, admin);
    expect(readFileSync(log, "utf8")).toContain(ids[3] ?? "");
    expect(readFileSync(log, "utf8")).not.toContain("sk_");
    await server.stop("SIGKILL");
    rmSync(terminal.dataDir, { recursive: true });
    const told = await terminal.output("restore", "backup.db", "--revocations", log);
    expect(told).toContain("2 revoked, 1 replaced, 1 with an earlier expiry");
    expect(told).toContain("Tokens created since the backup are gone too; how many is not known.");
    expect(endsOf(await tokensOf(terminal), ids)).toEqual([...ENDED.slice(0, 3), ["revoked", false, false]]);
    expect(await terminal.output("check")).not.toContain("not known");
  });

  test("has what a command ended soon after, and what was ended while the server was down", async () => {
    const { id } = await terminal.createToken("read");
    const { id: other } = await terminal.createToken("read");
    const log = join(terminal.cwd, "revocations");
    const start = { cwd: terminal.cwd, args: ["--revocation-log", log] };
    await using server = await RunningServer.start(start);
    await terminal.output("token", "revoke", id);
    while (!readFileSync(log, "utf8").includes(id)) await Bun.sleep(20);
    await server.stop();
    await terminal.output("token", "revoke", other);
    await using again = await RunningServer.start(start);
    expect(readFileSync(log, "utf8")).toContain(other);
    await again.stop();
  });

  test("that stopped before the backup is not taken for complete", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.push((await terminal.createToken("read")).id);
    const [first = "", second = "", third = ""] = ids;
    await terminal.output("token", "revoke", first);
    const log = join(terminal.cwd, "revocations");
    await using server = await RunningServer.start({ cwd: terminal.cwd, args: ["--revocation-log", log] });
    await server.stop();
    await terminal.output("token", "revoke", second);
    await terminal.output("backup", "backup.db");
    await terminal.output("token", "revoke", third);
    rmSync(terminal.dataDir, { recursive: true });
    const refused = await terminal.run(["restore", "backup.db", "--revocations", log]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(
      /: the revocation log ends at 20\S+Z, and lacks an end that the backup has/,
    );
    const told = await terminal.output("restore", "backup.db", "--revocations", log, "--without-revocations");
    expect(told).toMatch(
      /^The revocation log ends at 20\S+Z\. It does not have what ended after that, .*token list --data-dir \/\S+data"\.$/m,
    );
    expect(told).toContain("Not known: the revocation log ends at");
  });

  test.each(["in the middle", "at the end"])(
    "with a torn line %s is not taken for complete",
    async (place) => {
      using terminal = new Terminal();
      const ids = [await terminal.createToken("read"), await terminal.createToken("read")].map(
        ({ id }) => id,
      );
      await terminal.output("backup", "backup.db");
      for (const id of ids) await terminal.output("token", "revoke", id);
      const log = join(terminal.cwd, "revocations");
      await using server = await RunningServer.start({ cwd: terminal.cwd, args: ["--revocation-log", log] });
      await server.stop();
      rmSync(terminal.dataDir, { recursive: true });
      const [head, first = "", second = ""] = readFileSync(log, "utf8").split("\n");
      const lines = place === "at the end" ? [first, second.slice(0, 40)] : [first.slice(0, 40), second];
      writeFileSync(log, [head, ...lines].join("\n"));
      const { exitCode, stderr } = await terminal.run(["restore", "backup.db", "--revocations", log]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`line ${place === "at the end" ? 3 : 2} of ${log} cannot be read, and may`);
    },
  );

  test("with lines missing in the middle is not taken for complete", async () => {
    await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    const log = join(terminal.cwd, "revocations");
    await using server = await RunningServer.start({ cwd: terminal.cwd, args: ["--revocation-log", log] });
    for (let count = 0; count < 3; count += 1)
      await terminal.output("token", "revoke", (await terminal.createToken("read")).id);
    await server.stop();
    rmSync(terminal.dataDir, { recursive: true });
    const [head, first, , third] = readFileSync(log, "utf8").split("\n");
    writeFileSync(log, `${[head, first, third].join("\n")}\n`);
    const { exitCode, stderr } = await terminal.run(["restore", "backup.db", "--revocations", log]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`lines are missing before line 3 of ${log}, and may have been revocations`);
  });

  test("of which a file is missing asks for that file", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 2; count += 1) ids.push((await terminal.createToken("read")).id);
    await terminal.output("backup", "backup.db");
    const log = join(terminal.cwd, "revocations");
    await using server = await RunningServer.start({ cwd: terminal.cwd, args: ["--revocation-log", log] });
    const { token: admin } = await terminal.createToken("write");
    await server.call("api-token/revoke", { id: ids[0] }, admin);
    renameSync(log, `${log}.1`);
    await terminal.createToken("read");
    await server.call("api-token/revoke", { id: ids[1] }, admin);
    await server.stop();
    rmSync(terminal.dataDir, { recursive: true });
    const restore = ["restore", "backup.db", "--revocations", log];
    const { exitCode, stderr } = await terminal.run(restore);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Give the missing file too, with one more --revocations, or add");
    expect(stderr).toContain(` The reason: a file of the revocation log is missing: ${log} begins after `);
    expect(await terminal.output(...restore, "--revocations", `${log}.1`)).toContain("2 revoked");
  });

  test("is a regular file, for the server and for a restore", async () => {
    await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    Bun.spawnSync(["mkfifo", join(terminal.cwd, "pipe")]);
    for (const command of ["serve --port 0 --revocation-log pipe", "restore backup.db --revocations pipe"]) {
      const { exitCode, stderr } = await terminal.run(command.split(" "));
      expect({ command, exitCode }).toEqual({ command, exitCode: 1 });
      expect(stderr).toContain("pipe is a pipe. A revocation log is a regular file.");
    }
  });

  test("is not needed beside a store that continues the backup", async () => {
    const { id } = await terminal.createToken("read");
    await terminal.output("token", "revoke", id);
    const log = join(terminal.cwd, "revocations");
    await using server = await RunningServer.start({ cwd: terminal.cwd, args: ["--revocation-log", log] });
    await server.stop();
    const { id: other } = await terminal.createToken("read");
    await terminal.output("token", "revoke", other);
    await terminal.output("backup", "backup.db");
    expect(await terminal.output("restore", "backup.db", "--revocations", log)).not.toContain("Not known");
  });

  test("keeps a server from making a new store where the old one was lost", async () => {
    const log = join(terminal.cwd, "revocations");
    const args = ["--revocation-log", log];
    await using server = await RunningServer.start({ cwd: terminal.cwd, args });
    await server.stop();
    rmSync(terminal.dataDir, { recursive: true });
    const { exitCode, stderr } = await terminal.run(["serve", "--port", "0", ...args]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`run "publisher restore BACKUP --revocations ${log}"`);
    expect(existsSync(terminal.dataDir)).toBe(false);
  });

  test("of another store is not taken", async () => {
    await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    const log = join(terminal.cwd, "revocations");
    await using server = await RunningServer.start({ args: ["--revocation-log", log] });
    await server.stop();
    const { exitCode, stderr } = await terminal.run(["restore", "backup.db", "--revocations", log]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("is the revocation log of another store than the backup is of");
  });
});

/** The system calls by which a restore changes what lies in a data directory, but for writing to the copy itself. */
const CALLS = ["rename,renameat,renameat2", "link,linkat", "unlink,unlinkat", "ftruncate", "mkdir,mkdirat"];

describe.skipIf(!canTrace("whether a restore can be killed at any moment"))(
  "a restore that is killed",
  () => {
    test("at any of its calls leaves the old store or the restored one, whole", async () => {
      await using server = await RunningServer.start();
      using terminal = new Terminal();
      const { json: revoked } = await server.call("api-token/create", { access: "read" });
      await terminal.output("backup", "backup.db", "--data-dir", server.dataDir);
      await server.call("api-token/revoke", { id: revoked.id });
      await server.call("api-token/create", { access: "read" });
      await server.stop("SIGKILL");
      const found: number[] = [];
      for (const calls of CALLS) {
        let isDone = false;
        for (let nth = 1; !isDone; nth += 1) {
          rmSync(terminal.dataDir, { recursive: true, force: true });
          cpSync(server.dataDir, terminal.dataDir, { recursive: true });
          isDone = await restoredUnless(terminal, calls, nth);
          const tokens = await tokensOf(terminal);
          expect(tokens.find(({ id }) => id === revoked.id)?.status).toBe("revoked");
          expect(await terminal.output("check")).toContain("is sound");
          found.push(tokens.length);
        }
      }
      expect(new Set(found)).toEqual(new Set([2, 3]));
    });
  },
);

describe.skipIf(!canTrace("commands that run during a restore"))("during a restore", () => {
  /** A restore that waits a second before it gives the old store its other name, from then on. */
  async function startSlowRestore(terminal: Terminal): Promise<Bun.Subprocess> {
    const delay = ["-e", "trace=link,linkat", "-e", "inject=link,linkat:delay_enter=1000000:when=1"];
    const child = Bun.spawn(
      ["strace", "-f", "-qq", "-o", "/dev/null", ...delay, EXECUTABLE, "restore", "backup.db"],
      { cwd: terminal.cwd, env: {}, stdout: "ignore", stderr: "ignore" },
    );
    const isAboutIt = () => readdirSync(terminal.dataDir).some((name) => name.startsWith("replaced-"));
    while (!isAboutIt() && child.exitCode === null) await Bun.sleep(5);
    return child;
  }

  test.each([
    [["check"]],
    [["token", "list"]],
    [["backup", "another.db"]],
    [["token", "create", "--access", "read"]],
  ])("%p waits, and the store that comes stays whole", async (args) => {
    await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    const restoring = await startSlowRestore(terminal);
    await terminal.run(args);
    expect(await restoring.exited).toBe(0);
    expect(await terminal.output("check")).toContain("Restored at ");
    expect(readdirSync(terminal.dataDir).filter((name) => name.startsWith("publisher.db"))).toEqual([
      "publisher.db",
    ]);
    await terminal.output("restore", "backup.db");
  });
});

/** Restores, and kills that at the nth of these calls; gives whether it came to its end before. */
async function restoredUnless(terminal: Terminal, calls: string, nth: number): Promise<boolean> {
  const strace = [
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    `inject=${calls}:signal=SIGKILL:when=${nth}`,
  ];
  const child = Bun.spawn([...strace, EXECUTABLE, "restore", "backup.db"], {
    cwd: terminal.cwd,
    env: {},
    stdout: "ignore",
    stderr: "ignore",
  });
  return (await child.exited) === 0;
}
