import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFile } from "../../../../src/store/sqlite/file/database-file.ts";
import { openImmutable, openReader } from "../../../../src/store/sqlite/file/reader.ts";
import { StoreDatabase } from "../../../../src/store/sqlite/file/store-database.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

const OPENERS = [openReader, openImmutable, (path: string) => new StoreDatabase(path)];

test.skipIf(process.platform === "win32")("SQLite opens no database through a link to a file", () => {
  makeStore(directory);
  const link = join(directory.path, "link");
  symlinkSync(directory.database, link);
  for (const open of OPENERS)
    expect(() => open(link).query("SELECT 1 FROM token").get()).toThrow("unable to open database file");
});

test("SQLite opens a database in a directory behind a link", () => {
  makeStore(directory);
  const link = join(directory.path, "data");
  symlinkSync(directory.path, link);
  for (const open of OPENERS) {
    using database = open(join(link, "publisher.db"));
    expect(database.query("SELECT count(*) AS count FROM token").get()).toEqual({ count: 200 });
  }
});

test("SQLite makes no database where none is", () => {
  for (const open of OPENERS) expect(() => open(directory.database)).toThrow("unable to open database file");
  expect(readdirSync(directory.path)).toEqual([]);
});

test("a file is made for its owner alone, and one that is there stays as it is", () => {
  const path = (name: string) => join(directory.path, name);
  makeFile(path("made"));
  expect(readFileSync(path("made"), "utf8")).toBe("");
  if (process.platform !== "win32") expect(statSync(path("made")).mode & 0o777).toBe(0o600);
  writeFileSync(path("there"), "kept");
  makeFile(path("there"));
  expect(readFileSync(path("there"), "utf8")).toBe("kept");
  symlinkSync("nowhere", path("link"));
  makeFile(path("link"));
  expect(readdirSync(directory.path).sort()).toEqual(["link", "made", "there"]);
});
