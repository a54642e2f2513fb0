import { describe, expect, test } from "bun:test";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { makeNewStore } from "../../../../src/store/sqlite/file/new-store.ts";
import { ServerLock } from "../../../../src/store/sqlite/file/server-lock.ts";
import { checkIntegrity } from "../../../../src/store/sqlite/inspect/integrity-check.ts";
import { SCHEMA_VERSION } from "../../../../src/store/sqlite/schema.ts";
import { makeStore, modes, PublicDirectory } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";

const DRAFT = "publisher.db-new-0123456789abcdef";

/** `linkSync` on a file system without hard links, which does `before` first. */
function withoutLinks(before = (): void => undefined, code = "EPERM"): typeof linkSync {
  return () => {
    before();
    throw Object.assign(new Error("not supported"), { code });
  };
}

/** `linkSync`, which does `before` first. */
function linkAfter(before: () => void): typeof linkSync {
  return (from, to) => {
    before();
    linkSync(from, to);
  };
}

const WAYS = [
  { way: "a link", linkAfter },
  { way: "a rename, where there are no hard links", linkAfter: withoutLinks },
];

describe.each(WAYS)("a new store gets its name by $way", ({ linkAfter }) => {
  test("as one whole file for its owner alone", () => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    let drafts: readonly string[] = [];
    makeNewStore(
      directory,
      null,
      linkAfter(() => (drafts = readdirSync(directory.path))),
    );
    expect(drafts).toEqual([expect.stringMatching(/^publisher\.db-new-[0-9a-f]{16}$/)]);
    expect(modes(directory)).toMatchObject({ "publisher.db": "600" });
    expect(readdirSync(directory.path).filter((name) => name !== "lock.db")).toEqual(["publisher.db"]);
    expect(checkIntegrity(directory)).toMatchObject({ schemaVersion: SCHEMA_VERSION, tokens: 0 });
  });

  test("and never takes it from a store that comes meanwhile, also where that one removed the draft", () => {
    for (const removesDrafts of [false, true]) {
      using temporary = new PublicDirectory();
      const { directory } = temporary;
      const other = linkAfter(() => {
        const drafts = readdirSync(directory.path).filter((name) => name.includes("-new-"));
        if (removesDrafts) for (const name of drafts) rmSync(join(directory.path, name));
        writeFileSync(directory.database, "another");
      });
      makeNewStore(directory, null, other);
      expect(readFileSync(directory.database, "utf8")).toBe("another");
      expect(readdirSync(directory.path).filter((name) => name.includes("-new-"))).toEqual([]);
    }
  });
});

describe("without hard links", () => {
  test("a process that holds the lock of servers needs no other one", () => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    const lock = ServerLock.take(directory);
    makeNewStore(directory, lock, withoutLinks());
    expect(directory.holdsStore()).toBe(true);
    lock.release();
  });

  test("a process waits while another one holds the lock, and uses the store that it made", () => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    const lock = ServerLock.take(directory);
    const holdsStore = directory.holdsStore.bind(directory);
    let looks = 0;
    directory.holdsStore = () => {
      looks += 1;
      if (looks === 5) writeFileSync(directory.database, "another");
      return holdsStore();
    };
    makeNewStore(directory, null, withoutLinks());
    expect(readFileSync(directory.database, "utf8")).toBe("another");
    lock.release();
  });
});

test("a draft of a process that died is no store, and goes with the next start", () => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
  writeFileSync(join(directory.path, DRAFT), "half");
  expect(directory.holdsStore()).toBe(false);
  openDatabase(directory).close();
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
  linkSync(directory.database, join(directory.path, DRAFT));
  openDatabase(directory).close();
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
});

test("only drafts are removed", () => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
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
  using temporary = new PublicDirectory();
  const { directory } = temporary;
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
  using temporary = new PublicDirectory();
  const { directory } = temporary;
  const full: typeof linkSync = () => {
    throw Object.assign(new Error("full"), { code: "ENOSPC" });
  };
  expect(unusable(() => makeNewStore(directory, null, full))).toBe(
    `The store ${directory.database} cannot be made: there is no space left. Free at least 1 MB on its disk, and try again.`,
  );
  expect(readdirSync(directory.path)).toEqual([]);
});

test.each(["EACCES", "EXDEV", "EINVAL"])("a link that fails with %s is replaced by a rename", (code) => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
  makeNewStore(directory, null, withoutLinks(undefined, code));
  expect(directory.holdsStore()).toBe(true);
});
