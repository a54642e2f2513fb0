import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asStoreError, isBusy, isDamage } from "../../../src/store/sqlite/sqlite-errors.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

function onFile(path: string, ...statements: readonly string[]): void {
  using database = new Database(path);
  for (const statement of statements) database.run(statement);
}

/** Ways to make SQLite fail, by the kind of the failure. */
const FAILURES: Readonly<Record<string, Readonly<Record<string, (path: string) => void>>>> = {
  busy: {
    "a file that is locked": (path) => {
      using other = new Database(path);
      other.run("BEGIN EXCLUSIVE");
      onFile(path, "BEGIN IMMEDIATE");
    },
    "a reader that others have overtaken": (path) => {
      onFile(path, "PRAGMA journal_mode = WAL", "CREATE TABLE a (b)");
      using reader = new Database(path);
      reader.run("BEGIN");
      reader.query("SELECT * FROM a").all();
      onFile(path, "INSERT INTO a VALUES (1)");
      reader.run("INSERT INTO a VALUES (2)");
    },
  },
  damage: {
    "a file that is no database": (path) => {
      writeFileSync(path, "no database ".repeat(999));
      onFile(path, "CREATE TABLE a (b)");
    },
    "a file of which a page is lost": (path) => {
      onFile(path, "PRAGMA page_size = 4096", "CREATE TABLE a (b)");
      writeFileSync(path, Buffer.concat([readFileSync(path).subarray(0, 4096), Buffer.alloc(4096, 0xa5)]));
      onFile(path, "INSERT INTO a VALUES (1)");
    },
  },
  unavailable: {
    "no space": (path) =>
      onFile(path, "PRAGMA max_page_count = 2", "CREATE TABLE a (b)", "CREATE TABLE c (d)"),
    "a file that cannot be opened": (path) => {
      mkdirSync(path);
      onFile(path, "CREATE TABLE a (b)");
    },
    "a write where only reading is allowed": (path) =>
      onFile(path, "PRAGMA query_only = ON", "CREATE TABLE a (b)"),
  },
  fault: {
    "a statement that is wrong": (path) => onFile(path, "SELECT nothing"),
    "a constraint": (path) => onFile(path, "CREATE TABLE a (b NOT NULL)", "INSERT INTO a VALUES (NULL)"),
    "an error that is none of SQLite's": () => {
      throw Object.assign(new RangeError("taken"), { code: "SQLITE_BUSY" });
    },
  },
};

const cases = Object.entries(FAILURES).flatMap(([kind, ways]) =>
  Object.entries(ways).map(([name, fail]) => [kind, name, fail] as const),
);

test.each(cases)("%s: %s", (kind, _, fail) => {
  using temporary = new TemporaryDirectory();
  let error: unknown = null;
  try {
    fail(join(temporary.path, "a.db"));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(Error);
  expect([isBusy(error), isDamage(error)]).toEqual([kind === "busy", kind === "damage"]);
  const outcome = asStoreError(error);
  if (kind === "fault") expect(outcome).toBe(error);
  else expect(outcome).toMatchObject({ name: "StoreUnavailable", cause: error });
});
