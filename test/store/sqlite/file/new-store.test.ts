import { describe, expect, test } from "bun:test";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { isWalFile } from "../../../../src/store/sqlite/file/file-header.ts";
import { makeNewStore } from "../../../../src/store/sqlite/file/new-store.ts";
import { ServerLock } from "../../../../src/store/sqlite/file/server-lock.ts";
import { checkIntegrity } from "../../../../src/store/sqlite/inspect/integrity-check.ts";
import { SCHEMA_VERSION } from "../../../../src/store/sqlite/schema.ts";
import { makeStore, modes } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

const DRAFT = "publisher.db-new-0123456789abcdef";

/** `linkSync` that fails with this code, as EPERM on a file system without hard links. */
function failing(code: string): typeof linkSync {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

/** The names of the drafts of new stores. */
function drafts(): readonly string[] {
  return readdirSync(directory.path).filter((name) => name.includes("-new-"));
}

describe.each([
  ["a link", linkSync],
  ["a rename, where there are no hard links", failing("EPERM")],
])("a new store gets its name by %s", (_, link) => {
  test("as one whole file for its owner alone", () => {
    let seen: readonly string[] = [];
    makeNewStore(directory, null, (from, to) => {
      seen = readdirSync(directory.path);
      link(from, to);
    });
    expect(seen).toEqual([expect.stringMatching(/^publisher\.db-new-[0-9a-f]{16}$/)]);
    expect(modes(directory)).toMatchObject({ "publisher.db": "600" });
    expect(readdirSync(directory.path).filter((name) => name !== "lock.db")).toEqual(["publisher.db"]);
    expect(checkIntegrity(directory)).toMatchObject({ schemaVersion: SCHEMA_VERSION, tokens: 0 });
    expect(isWalFile(directory.database)).toBe(true);
  });

  test.each([
    ["", false],
    [", also where that one removed the draft", true],
  ])("and never takes it from a store that comes meanwhile%s", (_, removesDrafts) => {
    makeNewStore(directory, null, (from, to) => {
      if (removesDrafts) for (const name of drafts()) rmSync(join(directory.path, name));
      writeFileSync(directory.database, "another");
      link(from, to);
    });
    expect(readFileSync(directory.database, "utf8")).toBe("another");
    expect(drafts()).toEqual([]);
  });
});

test("without hard links, a process that holds the lock of servers needs no other one", () => {
  const lock = ServerLock.take(directory);
  makeNewStore(directory, lock, failing("EPERM"));
  expect(directory.holdsStore()).toBe(true);
  lock.release();
});

test("without hard links, a process waits while another one holds the lock, and uses the store that it made", () => {
  const lock = ServerLock.take(directory);
  const holdsStore = directory.holdsStore.bind(directory);
  let looks = 0;
  directory.holdsStore = () => {
    looks += 1;
    if (looks === 5) writeFileSync(directory.database, "another");
    return holdsStore();
  };
  makeNewStore(directory, null, failing("EPERM"));
  expect(readFileSync(directory.database, "utf8")).toBe("another");
  lock.release();
});

test("a draft of a process that died is no store, and goes with the next start", () => {
  writeFileSync(join(directory.path, DRAFT), "half");
  expect(directory.holdsStore()).toBe(false);
  openDatabase(directory).close();
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
  linkSync(directory.database, join(directory.path, DRAFT));
  openDatabase(directory).close();
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
});

test("only drafts are removed", () => {
  makeStore(directory);
  const others = ["publisher.db-new", "publisher.db-new-0123", `${DRAFT}0`, `x${DRAFT}`];
  for (const name of others) writeFileSync(join(directory.path, name), "of another program");
  mkdirSync(join(directory.path, DRAFT));
  symlinkSync("publisher.db", join(directory.path, DRAFT.replace("0", "f")));
  const before = readdirSync(directory.path);
  openDatabase(directory).close();
  expect(readdirSync(directory.path)).toEqual(before);
});

test("an empty file in the place of the store stays, and a sentence gives the next step", () => {
  writeFileSync(directory.database, "");
  expect(unusable(() => openDatabase(directory))).toBe(
    `${directory.database} is empty. An older Publisher leaves it so if it is stopped while it makes a new store, before ` +
      `the first token. If you never had a store here, remove ${directory.database}, and start again. ` +
      'If your store was here, run "publisher restore" with a backup.',
  );
  writeFileSync(`${directory.database}-journal`, "x");
  expect(unusable(() => openDatabase(directory))).toContain(
    `remove ${directory.database} and ${directory.database}-journal, and`,
  );
  expect(readFileSync(directory.database)).toHaveLength(0);
});

test("a directory that cannot be written is named, and so is the reason", () => {
  expect(unusable(() => makeNewStore(directory, null, failing("ENOSPC")))).toBe(
    `The store ${directory.database} cannot be made: there is no space left. Free at least 1 MB on its disk, and try again.`,
  );
  expect(readdirSync(directory.path)).toEqual([]);
});

test.each(["EACCES", "EXDEV", "EINVAL"])("a link that fails with %s is replaced by a rename", (code) => {
  makeNewStore(directory, null, failing(code));
  expect(directory.holdsStore()).toBe(true);
});
