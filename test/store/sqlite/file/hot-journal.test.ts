import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import type { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { playBackJournal } from "../../../../src/store/sqlite/file/hot-journal.ts";
import { inspectDatabase } from "../../../../src/store/sqlite/inspect/inspection.ts";
import { checkAtStart } from "../../../../src/store/sqlite/inspect/start-check.ts";
import { APPLICATION_ID } from "../../../../src/store/sqlite/schema.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { row } from "../../../support/store/store.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();
const other = useDirectory();

/**
 * Copies the files of a process that is killed in the middle of that transaction, or with COMMIT before its last step,
 * into `directory`. The process is not killed.
 */
function killAmid(before: string, sql: string, end: "ROLLBACK" | "COMMIT" = "ROLLBACK"): void {
  const { database: path } = other;
  using working = new Database(path, { create: true });
  working.run(before);
  // So small a cache makes SQLite write to the file before the end of the transaction.
  working.run("PRAGMA cache_size = 1");
  working.run("BEGIN IMMEDIATE");
  working.run(sql);
  copyFileSync(`${path}-journal`, `${directory.database}-journal`);
  if (end === "ROLLBACK") copyFileSync(path, directory.database);
  working.run(end);
  if (end === "COMMIT") copyFileSync(path, directory.database);
}

const FILL = `
  CREATE TABLE filling (text TEXT);
  INSERT INTO filling SELECT hex(randomblob(2000)) FROM
    (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200) SELECT x FROM n);`;

test.each([
  ["opening", (directory: DataDirectory) => openDatabase(directory).close()],
  ["the check at the start", (directory: DataDirectory) => void checkAtStart(directory)],
])("a store whose process was killed before it was in WAL mode is as it was: %s", (_, open) => {
  makeStore(other);
  killAmid("PRAGMA journal_mode = DELETE", FILL);
  expect(unusable(() => inspectDatabase(directory, () => null))).toStartWith(
    `${directory.database}-journal may hold a part of a change that was cut off, and reading alone`,
  );
  open(directory);
  expect(existsSync(`${directory.database}-journal`)).toBe(false);
  const tokens = (database: Database) => row(database, "SELECT count(*) AS tokens FROM token");
  expect(inspectDatabase(directory, tokens)).toEqual({ tokens: 200 });
});

test("an older Publisher that was killed while it made its store leaves an empty file, which stays", () => {
  const mark = `PRAGMA application_id = ${APPLICATION_ID};`;
  killAmid("SELECT 1", mark + FILL, "COMMIT");
  expect(statSync(directory.database).size).toBeGreaterThan(0);
  for (let round = 0; round < 2; round += 1)
    expect(unusable(() => openDatabase(directory))).toContain(`${directory.database} is empty.`);
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
});

test("another program's database is not touched", () => {
  killAmid("CREATE TABLE own (x)", FILL);
  const before = readFileSync(directory.database);
  playBackJournal(directory.database);
  expect(() => openDatabase(directory)).toThrow(directory.database);
  expect(readFileSync(directory.database).equals(before)).toBe(true);
  expect(existsSync(`${directory.database}-journal`)).toBe(true);
});
