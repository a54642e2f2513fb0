import { constants, Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import {
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { StoreDatabase } from "../../../../src/store/sqlite/file/store-database.ts";
import { inspectDatabase } from "../../../../src/store/sqlite/inspect/inspection.ts";
import { Child } from "../../../support/store/child.ts";
import { makeStore, WAYS } from "../../../support/store/data-directory.ts";
import { schemaText } from "../../../support/store/old-schemas.ts";
import { row } from "../../../support/store/store.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();
const copy = useDirectory();

const TOKENS = "SELECT count(*) AS tokens FROM token";
const ADD =
  "INSERT INTO token (digest, id, access, hint, created_at) VALUES (randomblob(32), 'atok_new', 'read', 'abcd', 1)";

/** Copies files of a store into another data directory. */
function copyStore(from: DataDirectory, to: DataDirectory, ends: readonly string[]): void {
  for (const end of ends) copyFileSync(from.database + end, to.database + end);
}

/** The byte of the header that says by which kind of journal a file is written: 1 for a rollback journal, 2 for WAL. */
function writeVersion({ database }: DataDirectory): number | undefined {
  return readFileSync(database)[18];
}

test("a closed store is one whole file once the last user closes it, in every order of users", () => {
  const first = openDatabase(directory);
  const second = openDatabase(directory);
  first.close();
  expect(readdirSync(directory.path)).toContain("publisher.db-wal");
  second.run(ADD);
  second.close();
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
  expect(writeVersion(directory)).toBe(1);
  copyStore(directory, copy, [""]);
  expect(inspectDatabase(copy, (found) => row(found, TOKENS))).toEqual({ tokens: 1 });
});

test("a closed store opens after copying by SQLite's own means from a store in use", () => {
  using database = openDatabase(directory);
  database.run(ADD);
  database.run(`VACUUM INTO '${copy.database}'`);
  openDatabase(copy).close();
  using again = openDatabase(copy);
  expect(row(again, TOKENS)).toEqual({ tokens: 1 });
});

test("a store that is only read stays as it is where it is closed", () => {
  makeStore(directory);
  const before = readFileSync(directory.database).toHex();
  using database = openDatabase(directory, null, "reading");
  expect(row(database, TOKENS)).toEqual({ tokens: 200 });
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
  database.close();
  expect(readFileSync(directory.database).toHex()).toBe(before);
});

test("a store that is only read is closed cleanly where its user stopped meanwhile", () => {
  const server = openDatabase(directory);
  server.run(ADD);
  const reader = openDatabase(directory, null, "reading");
  expect(row(reader, TOKENS)).toEqual({ tokens: 1 });
  server.run("PRAGMA wal_checkpoint(TRUNCATE)");
  server.close();
  expect(readdirSync(directory.path)).toContain("publisher.db-wal");
  reader.close();
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
  expect(inspectDatabase(directory, (found) => row(found, TOKENS))).toEqual({ tokens: 1 });
});

test("a store that is only read leaves the store to its user where that goes on", () => {
  using server = openDatabase(directory);
  const reader = openDatabase(directory, null, "reading");
  expect(row(reader, TOKENS)).toEqual({ tokens: 0 });
  server.run("PRAGMA wal_checkpoint(TRUNCATE)");
  reader.close();
  server.run(ADD);
  expect(writeVersion(directory)).toBe(2);
  expect(readdirSync(directory.path)).toContain("publisher.db-wal");
});

test("a store in use is refused without its -wal file, and stays as it is", () => {
  using database = openDatabase(directory);
  database.run(ADD);
  copyStore(directory, copy, [""]);
  const before = readFileSync(copy.database);
  for (const way of WAYS)
    expect(unusable(() => way(copy))).toStartWith(
      `${copy.database} is a part of a store: it was in use, and its file publisher.db-wal with the last changes is missing.`,
    );
  expect(readFileSync(copy.database).equals(before)).toBe(true);
  expect(inspectDatabase(copy, (found) => row(found, TOKENS), { acceptance: "part" })).toEqual({ tokens: 0 });
});

test.each(["reading", "changing"] as const)(
  "a store is whole with its -wal file after a crash: %s",
  (purpose) => {
    using database = openDatabase(directory);
    database.run(ADD);
    copyStore(directory, copy, ["", "-wal"]);
    expect(inspectDatabase(copy, (found) => row(found, TOKENS))).toEqual({ tokens: 1 });
    for (let round = 0; round < 2; round += 1) {
      using opened = openDatabase(copy, null, purpose);
      expect(row(opened, TOKENS)).toEqual({ tokens: 1 });
    }
  },
);

test("a store in use says so in the file itself before the second user changes anything", () => {
  // As a first user leaves it who is killed before its mark is in the file.
  openDatabase(directory).close();
  using first = new Database(directory.database, { readwrite: true });
  first.run("PRAGMA journal_mode = WAL");
  first.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
  first.run("UPDATE store_state SET in_use = 1");
  using second = openDatabase(directory);
  second.run(ADD);
  copyStore(directory, copy, [""]);
  expect(unusable(() => inspectDatabase(copy, () => undefined))).toContain(" is a part of a store");
});

test("a store in use stays whole where two processes open and close it at once, again and again", async () => {
  openDatabase(directory).close();
  const children = Array.from({ length: 3 }, () => new Child("openAgainAndAgain", directory.path));
  const ends = children.map(async (child) => await child.line());
  expect(await Promise.all(ends)).toEqual(Array.from({ length: 3 }, () => "opened 50 times"));
  await Promise.all(children.map(async (child) => await child[Symbol.asyncDispose]()));
  openDatabase(directory).close();
  expect(writeVersion(directory)).toBe(1);
});

test("a -wal file of another store is refused beside a closed one, and neither is touched", () => {
  makeStore(copy);
  using database = openDatabase(directory);
  database.run(ADD);
  copyStore(directory, copy, ["-wal"]);
  const contents = () => ["", "-wal"].map((end) => readFileSync(copy.database + end).toHex());
  const before = contents();
  for (const way of WAYS)
    expect(unusable(() => way(copy))).toContain(
      "publisher.db and publisher.db-wal are not of the same store",
    );
  expect(contents()).toEqual(before);
});

test("an empty -wal file beside a closed store holds nothing, and goes with the next change", () => {
  makeStore(directory);
  writeFileSync(`${directory.database}-wal`, "");
  expect(inspectDatabase(directory, (found) => row(found, TOKENS))).toEqual({ tokens: 200 });
  openDatabase(directory, null, "reading").close();
  openDatabase(directory).close();
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
});

const SAME_TIME = 1_700_000_000;

/** Lets a copy of the store, as a restored one, take its place; only the inode tells it from the other. */
function replace({ database: path }: DataDirectory): void {
  copyFileSync(path, `${path}-next`);
  utimesSync(`${path}-next`, SAME_TIME, SAME_TIME);
  renameSync(`${path}-next`, path);
}

test("a store whose place another one took meanwhile is refused before anything is changed, and leaves the files of the other one alone", () => {
  makeStore(directory);
  const opened = new StoreDatabase(directory.database);
  opened.run("PRAGMA journal_mode = WAL");
  opened.run("PRAGMA wal_checkpoint(TRUNCATE)");
  replace(directory);
  rmSync(`${directory.database}-wal`);
  rmSync(`${directory.database}-shm`);
  using other = openDatabase(directory);
  other.run(ADD);
  expect(unusable(() => opened.setInUse())).toContain("Another store took the place");
  opened.close();
  expect(readdirSync(directory.path)).toContain("publisher.db-wal");
  expect(row(other, TOKENS)).toEqual({ tokens: 201 });
});

test("a store whose place another one took meanwhile is looked at again", () => {
  makeStore(directory);
  utimesSync(directory.database, SAME_TIME, SAME_TIME);
  let looks = 0;
  const seen = inspectDatabase(directory, () => {
    looks += 1;
    if (looks === 1) replace(directory);
    return looks;
  });
  expect(seen).toBe(2);
});

test("a store of an older schema is whole without a -wal file, as its version left it", () => {
  using made = new Database(directory.database, { create: true, readwrite: true });
  made.run(schemaText(3));
  made.run("PRAGMA journal_mode = WAL");
  made.close();
  expect(writeVersion(directory)).toBe(2);
  openDatabase(directory).close();
  expect(writeVersion(directory)).toBe(1);
  writeFileSync(`${directory.database}-wal`, "changes");
  expect(unusable(() => openDatabase(directory))).toContain("are not of the same store");
  rmSync(`${directory.database}-wal`);
  openDatabase(directory).close();
});

test("closing a store tells of an error that no other process and no disk caused", () => {
  const database = openDatabase(directory);
  database.run("DROP TABLE store_state");
  expect(() => database.close()).toThrow("no such table: store_state");
  expect(() => database.run("SELECT 1")).toThrow();
});
