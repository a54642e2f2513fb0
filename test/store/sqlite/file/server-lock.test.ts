import { beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { ServerLock } from "../../../../src/store/sqlite/file/server-lock.ts";
import { Child } from "../../../support/store/child.ts";
import { SmallDisk } from "../../../support/store/small-disk.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

/** In the place of a store, which the lock does not look into. */
beforeEach(() => writeFileSync(directory.database, "a store"));

function held(directory: DataDirectory, holder: string): string {
  return (
    `Another Publisher server is running on the data directory ${directory.path}: ${holder}. ` +
    "Stop that one first, or give this one another --data-dir."
  );
}

test("a lock that is no server's says what its process does, and to try again", () => {
  const lock = ServerLock.take(directory, undefined, "restoring the store");
  expect(unusable(() => ServerLock.take(directory))).toBe(
    `Another Publisher process is using the data directory ${directory.path}: process ${process.pid} on ${hostname()}, ` +
      "which is restoring the store. Try again when it is done.",
  );
  lock.release();
  ServerLock.take(directory).release();
});

test("a second server is refused, and told which process holds the directory, until that one lets go", () => {
  const lock = ServerLock.take(directory);
  const holder = `process ${process.pid} on ${hostname()}`;
  for (let round = 0; round < 2; round += 1)
    expect(unusable(() => ServerLock.take(directory))).toBe(held(directory, holder));
  lock.release();
  ServerLock.take(directory).release();
});

test("the lock ends with its process, however that dies", async () => {
  await using child = new Child("holdServerLock", directory.path);
  const holder = `${await child.line()} on ${hostname()}`;
  expect(unusable(() => ServerLock.take(directory))).toBe(held(directory, holder));
  await child.kill();
  const lock = ServerLock.take(directory);
  expect(readFileSync(directory.lockHolder, "utf8")).toBe(`process ${process.pid} on ${hostname()}\n`);
  lock.release();
});

test.each<[state: string, spoil: (path: string, lock: ServerLock) => void]>([
  ["lost", (path) => rmSync(path)],
  ["empty", (path) => writeFileSync(path, "")],
  [
    "not written",
    (path, lock) => {
      rmSync(path);
      mkdirSync(path);
      lock.nameHolder();
      rmdirSync(path);
    },
  ],
])("a lock whose holder's name is %s still holds", (_, spoil) => {
  const lock = ServerLock.take(directory);
  spoil(directory.lockHolder, lock);
  expect(unusable(() => ServerLock.take(directory))).toBe(held(directory, "an unknown process"));
  lock.release();
});

test("where there is no store yet, the name is written once there is: alone it would say that one is missing", () => {
  rmSync(directory.database);
  const lock = ServerLock.take(directory);
  expect(existsSync(directory.lockHolder)).toBe(false);
  lock.nameHolder();
  expect(readFileSync(directory.lockHolder, "utf8")).toStartWith(`process ${process.pid} on `);
  expect(statSync(directory.lockHolder).mode & 0o777).toBe(0o600);
  lock.release();
});

test("the name goes into a file of its own, and nowhere else", () => {
  const elsewhere = join(directory.path, "elsewhere");
  writeFileSync(elsewhere, "kept");
  const lock = ServerLock.take(directory);
  for (const link of [symlinkSync, linkSync]) {
    rmSync(directory.lockHolder);
    link(elsewhere, directory.lockHolder);
    lock.nameHolder();
    expect(readFileSync(elsewhere, "utf8")).toBe("kept");
    expect(lstatSync(directory.lockHolder).isFile()).toBe(true);
  }
  lock.release();
});

const disk = SmallDisk.mount();
if (disk === null) process.stderr.write("skipped, as nothing may be mounted: the lock on a full disk\n");
disk?.[Symbol.dispose]();

test("the lock leaves no journal beside it, and minds none that is there", () => {
  writeFileSync(`${directory.lock}-journal`, Buffer.alloc(512));
  const lock = ServerLock.take(directory);
  expect(readdirSync(directory.path).sort()).toEqual(["lock.db", "lock.holder", "publisher.db"]);
  expect(unusable(() => ServerLock.take(directory))).toContain("Another Publisher server is running");
  lock.release();
});

test.skipIf(disk === null)("a full disk keeps nobody from the lock", () => {
  using small = SmallDisk.mount();
  const full = new DataDirectory(small?.path ?? "");
  writeFileSync(full.database, "a store");
  small?.fill();
  const lock = ServerLock.take(full);
  expect(unusable(() => ServerLock.take(full))).toBe(held(full, "an unknown process"));
  lock.release();
});

test("a directory that cannot be written is told in a sentence", () => {
  const missing = new DataDirectory(join(directory.path, "missing"));
  expect(unusable(() => ServerLock.take(missing))).toBe(
    `The data directory ${missing.path} cannot be written: it does not exist.`,
  );
});
