import { describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DataDirectory } from "../../src/store/data-directory.ts";
import { openDatabase } from "../../src/store/database.ts";
import { ServerLock } from "../../src/store/server-lock.ts";
import {
  completeReplacement,
  isBeingReplaced,
  linkOrCopy,
  refuseUnfinished,
  replaceStore,
} from "../../src/store/store-replacement.ts";
import { makeStore, PublicDirectory } from "../support/data-directory.ts";
import { row } from "../support/store.ts";
import { unusable } from "../support/unusable.ts";

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

  get tokens(): unknown {
    using database = openDatabase(this.directory);
    return row(database, TOKENS).tokens;
  }
}

describe("a store that takes the place of another", () => {
  test("comes alone, and the other is kept as it was", () => {
    using replacing = new Replacing();
    const { directory, next, aside } = replacing;
    const before = readFileSync(directory.database).toHex();
    const wal = readFileSync(`${directory.database}-wal`).toHex();
    expect(replaceStore(directory, next, aside)).toBe(true);
    expect(readdirSync(directory.path).sort()).toEqual(["aside", "old", "prepared", "publisher.db"]);
    expect(replacing.tokens).toBe(200);
    const kept = new DataDirectory(aside);
    expect(readFileSync(kept.database).toHex()).toBe(before);
    expect(readFileSync(`${kept.database}-wal`).toHex()).toBe(wal);
    openDatabase(kept).close();
  });

  test("comes where there was none, and no -wal file of a lost one gets to it", () => {
    using replacing = new Replacing();
    const { directory, next, aside } = replacing;
    rmSync(directory.database);
    expect(replaceStore(directory, next, aside)).toBe(true);
    expect(replacing.tokens).toBe(200);
    expect(readdirSync(aside)).toEqual(["publisher.db-wal"]);
  });

  test.each([
    { what: "nothing was removed yet", remove: [] },
    { what: "the -wal file was removed", remove: ["-wal"] },
    { what: "all beside was removed", remove: ["-wal", "-shm"] },
  ])("comes at the next start where a crash came when $what", ({ remove }) => {
    using replacing = new Replacing();
    const { directory, next } = replacing;
    copyFileSync(next, `${directory.database}-next`);
    for (const end of remove) rmSync(directory.database + end, { force: true });
    expect(unusable(() => refuseUnfinished(directory))).toContain("was interrupted before its last step");
    completeReplacement(directory);
    expect(isBeingReplaced(directory)).toBe(false);
    expect(replacing.tokens).toBe(200);
    refuseUnfinished(directory);
  });

  test("does not come while somebody else is about it", () => {
    using replacing = new Replacing();
    const { directory, next } = replacing;
    copyFileSync(next, `${directory.database}-next`);
    const lock = ServerLock.take(directory);
    expect(unusable(() => completeReplacement(directory))).toContain("It may be restoring the store");
    expect(existsSync(`${directory.database}-wal`)).toBe(true);
    lock.release();
    completeReplacement(directory);
    expect(replacing.tokens).toBe(200);
  });

  test("leaves the other in its place where that cannot be kept aside", () => {
    using replacing = new Replacing();
    const { directory, next, aside } = replacing;
    writeFileSync(aside, "");
    expect(unusable(() => replaceStore(directory, next, aside))).toBe(
      `The store cannot be put into ${directory.path}: there is a file of that name.`,
    );
    expect(isBeingReplaced(directory)).toBe(false);
    expect(replacing.tokens).toBe(0);
  });
});

function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

test("a file is copied where there are no hard links, and not after another error", () => {
  using temporary = new PublicDirectory();
  const [from, to] = ["from", "to"].map((name) => join(temporary.path, name)) as [string, string];
  writeFileSync(from, "content");
  expect(() => linkOrCopy(from, to, failing("EIO"))).toThrow("EIO");
  expect(existsSync(to)).toBe(false);
  linkOrCopy(from, to, failing("EPERM"));
  expect(readFileSync(to, "utf8")).toBe("content");
});
