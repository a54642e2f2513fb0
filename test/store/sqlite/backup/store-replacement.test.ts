import { expect, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  completeReplacement,
  isBeingReplaced,
  refuseUnfinished,
  replaceStore,
} from "../../../../src/store/sqlite/backup/store-replacement.ts";
import { writeChecksum } from "../../../../src/store/sqlite/backup/successor.ts";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { linkOrCopy } from "../../../../src/store/sqlite/file/file-link.ts";
import { ServerLock } from "../../../../src/store/sqlite/file/server-lock.ts";
import { makeStore, PublicDirectory } from "../../../support/store/data-directory.ts";
import { row } from "../../../support/store/store.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectoryOf, useEach } from "../../../support/store/use.ts";

const TOKENS = "SELECT count(*) AS tokens FROM token";

/** A store without tokens that was in use when its machine broke down, and one of 200 that is to take its place. */
class Replacing extends PublicDirectory {
  readonly next = join(this.path, "prepared", "publisher.db");
  readonly aside = join(this.path, "aside");

  constructor() {
    super();
    const prepared = new DataDirectory(join(this.path, "prepared"));
    mkdirSync(prepared.path);
    makeStore(prepared);
    const old = new DataDirectory(join(this.path, "old"));
    mkdirSync(old.path);
    using working = openDatabase(old);
    working.run("DELETE FROM audit_event");
    for (const end of ["", "-wal"]) copyFileSync(old.database + end, this.directory.database + end);
  }

  /** As a crash leaves a restore, just before its last step. */
  interrupt(): void {
    writeChecksum(this.directory, this.next);
    copyFileSync(this.next, this.directory.successor);
  }

  replace(): boolean {
    return replaceStore(this.directory, this.next, this.aside);
  }

  get tokens(): unknown {
    using database = openDatabase(this.directory);
    return row(database, TOKENS).tokens;
  }
}

const replacing = useEach(() => new Replacing());
const directory = useDirectoryOf(replacing);

test("a store that takes the place of another comes alone, and the other is kept as it was", () => {
  const before = readFileSync(directory.database).toHex();
  const wal = readFileSync(`${directory.database}-wal`).toHex();
  expect(replacing.replace()).toBe(true);
  expect(readdirSync(directory.path).sort()).toEqual(["aside", "old", "prepared", "publisher.db"]);
  expect(replacing.tokens).toBe(200);
  const kept = new DataDirectory(replacing.aside);
  expect(readFileSync(kept.database).toHex()).toBe(before);
  expect(readFileSync(`${kept.database}-wal`).toHex()).toBe(wal);
  openDatabase(kept).close();
});

test("a store that takes the place of another comes where there was none, and no -wal file of a lost one gets to it", () => {
  rmSync(directory.database);
  expect(replacing.replace()).toBe(true);
  expect(replacing.tokens).toBe(200);
  expect(readdirSync(replacing.aside)).toEqual(["publisher.db-wal"]);
});

test.each([[], ["-wal"], ["-wal", "-shm"]])(
  "a store that takes the place of another comes after a crash: %p removed",
  (...remove) => {
    replacing.interrupt();
    for (const end of remove) rmSync(directory.database + end, { force: true });
    expect(unusable(() => refuseUnfinished(directory))).toContain("was interrupted before its last step");
    completeReplacement(directory);
    expect(isBeingReplaced(directory)).toBe(false);
    const left = ["lock.db", "lock.holder", "old", "prepared", "publisher.db"];
    expect(readdirSync(directory.path).sort()).toEqual(left);
    expect(replacing.tokens).toBe(200);
    refuseUnfinished(directory);
  },
);

test("a store that takes the place of another does not come while somebody else is about it", () => {
  replacing.interrupt();
  const lock = ServerLock.take(directory);
  expect(unusable(() => completeReplacement(directory))).toContain("It may be restoring the store");
  expect(existsSync(`${directory.database}-wal`)).toBe(true);
  lock.release();
  completeReplacement(directory);
  expect(replacing.tokens).toBe(200);
});

test("a store that takes the place of another leaves the other in its place where that cannot be kept aside", () => {
  writeFileSync(replacing.aside, "");
  expect(unusable(() => replacing.replace())).toBe(
    `The store cannot be put into ${directory.path}: there is a file of that name. Nothing was changed.`,
  );
  expect(isBeingReplaced(directory)).toBe(false);
  expect(replacing.tokens).toBe(0);
});

test.each<[what: string, put: () => void, says: string]>([
  ["a backup", () => copyFileSync(replacing.next, directory.successor), "is not the file that"],
  ["an empty file", () => writeFileSync(directory.successor, ""), "is not the file that"],
  [
    "a link to a store",
    () => {
      writeChecksum(directory, replacing.next);
      symlinkSync(replacing.next, directory.successor);
    },
    "is a symbolic link",
  ],
  ["a link to nothing", () => symlinkSync("/nowhere", directory.successor), "is a symbolic link"],
  ["a directory", () => mkdirSync(directory.successor), "is a directory"],
  [
    "a file that was changed since",
    () => {
      replacing.interrupt();
      appendFileSync(directory.successor, "x");
    },
    "is not the file that",
  ],
])("a successor that no restore put there is left alone, and so is the store: %s", (_, put, says) => {
  put();
  const before = readdirSync(directory.path);
  for (const work of [completeReplacement, refuseUnfinished])
    expect(unusable(() => work(directory))).toContain(says);
  expect(readdirSync(directory.path)).toEqual(before);
  rmSync(directory.successor, { recursive: true });
  expect(replacing.tokens).toBe(0);
});

test("a successor that no restore put there is refused too while a server runs, which is not said to be a restore", () => {
  const lock = ServerLock.take(directory);
  copyFileSync(replacing.next, directory.successor);
  expect(unusable(() => completeReplacement(directory))).toContain("Move publisher.db-next to another");
  lock.release();
});

test("a replacement that fails before its last step leaves the old store under its one name", () => {
  mkdirSync(directory.successorChecksum);
  expect(unusable(() => replacing.replace())).toEndWith("The old store is still in its place.");
  expect(existsSync(replacing.aside)).toBe(false);
  rmSync(directory.successorChecksum, { recursive: true });
  expect(statSync(directory.database).nlink).toBe(1);
  expect(replacing.tokens).toBe(0);
});

test("a replacement that fails in its last step says that the next start completes it, and where the old store is", () => {
  mkdirSync(`${directory.database}-shm`);
  const told = unusable(() => replacing.replace());
  expect(told).toContain("The restored store is ready: it takes its place when the server starts");
  expect(told).toEndWith(`The store that was there is in ${replacing.aside}.`);
  rmSync(`${directory.database}-shm`, { recursive: true });
  completeReplacement(directory);
  expect(replacing.tokens).toBe(200);
});

test("a file is copied where there are no hard links, and not after another error", () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };
  const [from, to] = [directory.database, replacing.aside];
  writeFileSync(from, "content");
  expect(() => linkOrCopy(from, to, failing("EIO"))).toThrow("EIO");
  expect(existsSync(to)).toBe(false);
  linkOrCopy(from, to, failing("EPERM"));
  expect(readFileSync(to, "utf8")).toBe("content");
});
