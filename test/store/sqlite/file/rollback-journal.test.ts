import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { playBackJournal } from "../../../../src/store/sqlite/file/rollback-journal.ts";
import { inspectDatabase } from "../../../../src/store/sqlite/inspect/inspection.ts";
import { makeStore, PublicDirectory } from "../../../support/store/data-directory.ts";
import { row } from "../../../support/store/store.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { TemporaryDirectory } from "../../../support/temporary.ts";

/** What a process leaves that is killed in the middle of that transaction, copied from under one that is not. */
function killedAmid(path: string, before: string, sql: string): DataDirectory & Disposable {
  const temporary = new TemporaryDirectory();
  const directory = new DataDirectory(temporary.path);
  using working = new Database(path, { create: true });
  working.run(before);
  // So small a cache makes SQLite write to the file before the end of the transaction.
  working.run("PRAGMA cache_size = 1");
  working.run("BEGIN IMMEDIATE");
  working.run(sql);
  copyFileSync(path, directory.database);
  copyFileSync(`${path}-journal`, `${directory.database}-journal`);
  working.run("ROLLBACK");
  return Object.assign(directory, { [Symbol.dispose]: () => temporary[Symbol.dispose]() });
}

const FILL = `
  CREATE TABLE filling (text TEXT);
  INSERT INTO filling SELECT hex(randomblob(2000)) FROM
    (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200) SELECT x FROM n);`;

describe("a store whose maker was killed", () => {
  test("in the very first transaction is made anew", () => {
    using other = new TemporaryDirectory();
    using directory = killedAmid(join(other.path, "a.db"), "SELECT 1", FILL);
    expect(statSync(directory.database).size).toBeGreaterThan(0);
    using database = openDatabase(directory);
    expect(row(database, "SELECT count(*) AS tokens FROM token")).toEqual({ tokens: 0 });
    expect(existsSync(`${directory.database}-journal`)).toBe(false);
  });

  test("before it was in WAL mode is as it was before the transaction", () => {
    using other = new PublicDirectory();
    makeStore(other.directory);
    using directory = killedAmid(other.directory.database, "PRAGMA journal_mode = DELETE", FILL);
    expect(unusable(() => inspectDatabase(directory, () => null))).toStartWith(
      `${directory.database}-journal may hold a part of a change that was cut off, and reading alone`,
    );
    using database = openDatabase(directory);
    expect(row(database, "SELECT count(*) AS tokens FROM token")).toEqual({ tokens: 200 });
  });
});

test("another program's database is not touched", () => {
  using other = new TemporaryDirectory();
  using directory = killedAmid(join(other.path, "a.db"), "CREATE TABLE own (x)", FILL);
  const before = readFileSync(directory.database);
  playBackJournal(directory);
  expect(() => openDatabase(directory)).toThrow(directory.database);
  expect(readFileSync(directory.database).equals(before)).toBe(true);
  expect(existsSync(`${directory.database}-journal`)).toBe(true);
});
