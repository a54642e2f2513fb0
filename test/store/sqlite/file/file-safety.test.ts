import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { closeToOthers } from "../../../../src/store/sqlite/file/file-safety.ts";
import { ServerLock } from "../../../../src/store/sqlite/file/server-lock.ts";
import { Child } from "../../../support/store/child.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

const NOBODY = 65_534;
const IS_ROOT = process.getuid?.() === 0;
const HAS_MODES = process.platform !== "win32";

const DATABASE = ["", "-wal", "-shm", "-journal", "-next", "-next.sha256"].map((end) => `publisher.db${end}`);
const OTHERS = "lock.db lock.db-journal lock.holder reserve first-token reserve.new first-token.new".split(
  " ",
);

/** Irregular files, with the words of the message about them. */
const ODD_FILES: readonly (readonly [what: string, put: (path: string) => void, advice: string])[] = [
  ["a symbolic link", (path) => symlinkSync("../target", path), "Put the file itself there"],
  ["a symbolic link", (path) => symlinkSync("../nowhere", path), "Put the file itself there"],
  ["a directory", (path) => mkdirSync(path), "Move it away"],
  ["a pipe", (path) => void Bun.spawnSync(["mkfifo", path]), "Move it away"],
];

describe.skipIf(!HAS_MODES).each(ODD_FILES)("%s in the place of", (what, put, advice) => {
  test.each([...DATABASE, ...OTHERS])("%s is refused, and nothing is made or changed", (name) => {
    const target = join(directory.path, "target");
    writeFileSync(target, "kept");
    const data = new DataDirectory(join(directory.path, "data"));
    mkdirSync(data.path);
    const path = join(data.path, name);
    put(path);
    const ways = [() => data.holdsStore(), () => openDatabase(data), () => ServerLock.take(data)];
    for (const way of ways)
      expect(unusable(way)).toBe(
        `${path} is ${what}. Publisher uses only regular files in its data directory. ` +
          `${advice}, or choose another --data-dir.`,
      );
    expect(readdirSync(data.path)).toEqual([name]);
    expect(lstatSync(path).isFile()).toBe(false);
    expect(readFileSync(target, "utf8")).toBe("kept");
    expect(readdirSync(directory.path).sort()).toEqual(["data", "target"]);
  });
});

test("the data directory itself may be behind a link", () => {
  const disk = join(directory.path, "disk");
  mkdirSync(disk);
  symlinkSync("disk", join(directory.path, "data"));
  const behind = new DataDirectory(join(directory.path, "data"));
  behind.make();
  makeStore(behind);
  expect(behind.holdsStore()).toBe(true);
  expect(readdirSync(disk)).toEqual(["publisher.db"]);
});

describe.skipIf(!HAS_MODES)("a data directory", () => {
  test.each(["777", "1777", "772"])("to which everybody may write is refused: mode %s", (mode) => {
    chmodSync(directory.path, Number.parseInt(mode, 8));
    expect(unusable(() => directory.make())).toBe(
      `Everybody may write to the data directory ${directory.path} (mode ${mode}), and so replace what is in it. ` +
        "Use a new directory inside it, which Publisher makes for its user alone, or take that right away with chmod o-w.",
    );
    expect(readdirSync(directory.path)).toEqual([]);
  });

  test.each([0o700, 0o755, 0o770, 0o2775])("to which not everybody may write is used: mode %o", (mode) => {
    chmodSync(directory.path, mode);
    directory.make();
    expect(statSync(directory.path).mode & 0o7777).toBe(mode);
  });
});

describe.skipIf(!HAS_MODES)("a file that others may open", () => {
  test.each([0o666, 0o660, 0o644, 0o755])("is closed to them: mode %o", (mode) => {
    const path = join(directory.path, "file");
    writeFileSync(path, "");
    chmodSync(path, mode);
    closeToOthers(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("is closed with every other file, as the store is opened", () => {
    makeStore(directory);
    for (const path of [directory.database, directory.firstToken, directory.lock]) {
      writeFileSync(path, "", { flag: "a" });
      chmodSync(path, 0o666);
    }
    openDatabase(directory).close();
    for (const path of [directory.database, directory.firstToken, directory.lock])
      expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

test.skipIf(!HAS_MODES)("a link in the place of a file leads nobody to change another file", () => {
  const [target, path] = ["target", "file"].map((name) => join(directory.path, name)) as [string, string];
  writeFileSync(target, "");
  chmodSync(target, 0o666);
  symlinkSync("target", path);
  expect(unusable(() => closeToOthers(path))).toStartWith(`Everybody may write to ${path} `);
  expect(statSync(target).mode & 0o777).toBe(0o666);
});

describe.skipIf(!IS_ROOT)("a file of another user's", () => {
  test("is refused where everybody may write to it", async () => {
    makeStore(directory);
    chownSync(directory.path, NOBODY, NOBODY);
    chmodSync(directory.database, 0o666);
    await using child = new Child("openUnprivileged", directory.path);
    expect(await child.line()).toBe(
      `StoreUnusable: Everybody may write to ${directory.database} (mode 666), and this user cannot change that. ` +
        "Let its owner run chmod 600, or mount its file system with modes such as 700. The file was left as it is.",
    );
    expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
  });

  test("is used where its group may write to it, though it cannot be closed", async () => {
    makeStore(directory);
    chownSync(directory.path, 0, NOBODY);
    chmodSync(directory.path, 0o2770);
    chownSync(directory.database, 0, NOBODY);
    chmodSync(directory.database, 0o660);
    await using child = new Child("openUnprivileged", directory.path);
    expect(await child.line()).toStartWith("opened ");
    expect(statSync(directory.database).mode & 0o777).toBe(0o660);
  });

  test("keeps its group where root opens it", () => {
    const path = join(directory.path, "file");
    writeFileSync(path, "");
    chownSync(path, NOBODY, NOBODY);
    chmodSync(path, 0o666);
    closeToOthers(path);
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });
});
if (!IS_ROOT) process.stderr.write("skipped, as only root can give files away: files of another user's\n");
