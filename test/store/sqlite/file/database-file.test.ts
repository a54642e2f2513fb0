import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFile } from "../../../../src/store/sqlite/file/database-file.ts";
import { openImmutable, openReader } from "../../../../src/store/sqlite/file/reader.ts";
import { StoreDatabase } from "../../../../src/store/sqlite/file/store-database.ts";
import { makeStore, PublicDirectory } from "../../../support/store/data-directory.ts";
import { TemporaryDirectory } from "../../../support/temporary.ts";

const OPENERS = [openReader, openImmutable, (path: string) => new StoreDatabase(path)];

test.skipIf(process.platform === "win32")("SQLite opens no database through a link to a file", () => {
  using store = new PublicDirectory();
  makeStore(store.directory);
  using temporary = new TemporaryDirectory();
  const link = join(temporary.path, "publisher.db");
  symlinkSync(store.directory.database, link);
  for (const open of OPENERS)
    expect(() => open(link).query("SELECT 1 FROM token").get()).toThrow("unable to open database file");
});

test("SQLite opens a database in a directory behind a link", () => {
  using store = new PublicDirectory();
  makeStore(store.directory);
  using temporary = new TemporaryDirectory();
  const link = join(temporary.path, "data");
  symlinkSync(store.path, link);
  for (const open of OPENERS) {
    using database = open(join(link, "publisher.db"));
    expect(database.query("SELECT count(*) AS count FROM token").get()).toEqual({ count: 200 });
  }
});

test("SQLite makes no database where none is", () => {
  using temporary = new TemporaryDirectory();
  for (const open of OPENERS)
    expect(() => open(join(temporary.path, "publisher.db"))).toThrow("unable to open database file");
  expect(readdirSync(temporary.path)).toEqual([]);
});

test("a file is made for its owner alone, and one that is there stays as it is", () => {
  using temporary = new TemporaryDirectory();
  const [made, there, link] = ["made", "there", "link"].map((name) => join(temporary.path, name)) as [
    string,
    string,
    string,
  ];
  makeFile(made);
  expect(readFileSync(made, "utf8")).toBe("");
  if (process.platform !== "win32") expect(statSync(made).mode & 0o777).toBe(0o600);
  writeFileSync(there, "kept");
  makeFile(there);
  expect(readFileSync(there, "utf8")).toBe("kept");
  symlinkSync("nowhere", link);
  makeFile(link);
  expect(readdirSync(temporary.path).sort()).toEqual(["link", "made", "there"]);
});
