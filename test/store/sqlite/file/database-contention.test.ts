import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { Child } from "../../../support/store/child.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { row } from "../../../support/store/store.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

test("processes that make one new store at the same moment all succeed, with one schema", async () => {
  const data = new DataDirectory(join(directory.path, "data"));
  await using first = new Child("open", data.path);
  await using second = new Child("open", data.path);
  await using third = new Child("open", data.path);
  const children = [first, second, third];
  for (const child of children) expect(await child.line()).toBe("ready");
  for (const child of children) child.goOn();
  const told = await Promise.all(children.map((child) => child.line()));
  using database = openDatabase(data);
  const { key } = row(database, "SELECT lower(hex(key)) AS key FROM cursor_key");
  expect(told).toEqual([`opened ${key}`, `opened ${key}`, `opened ${key}`]);
});

test.each([
  ["has begun to write it", "prepareChange"],
  ["is writing it", "commitChange"],
])("a store that is not yet in WAL mode, while its maker %s, is opened once that is done", async (_, act) => {
  makeStore(directory);
  using rollback = new Database(directory.database);
  rollback.run("PRAGMA journal_mode = DELETE");
  rollback.close();

  await using child = new Child(act, directory.path);
  expect(await child.line()).toBe("holding");
  child.goOn();
  using database = openDatabase(directory);
  expect(row(database, "PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
});
