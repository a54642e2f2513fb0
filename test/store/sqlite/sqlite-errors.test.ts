import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asStoreError, isBusy, isDamage } from "../../../src/store/sqlite/sqlite-errors.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

function inMemory(...statements: readonly string[]): void {
  onFile(":memory:", ...statements);
}

function onFile(path: string, ...statements: readonly string[]): void {
  using database = new Database(path);
  for (const statement of statements) database.run(statement);
}

/** Ways to make SQLite fail, and the kind of each failure. */
const FAILURES: readonly [string, (path: string) => void, "busy" | "damage" | "unavailable" | "fault"][] = [
  [
    "no space",
    () => inMemory("PRAGMA max_page_count = 2", "CREATE TABLE a (b)", "CREATE TABLE c (d)"),
    "unavailable",
  ],
  [
    "a file that is locked",
    (path) => {
      using other = new Database(path);
      other.run("BEGIN EXCLUSIVE");
      onFile(path, "BEGIN IMMEDIATE");
    },
    "busy",
  ],
  [
    "a reader that others have overtaken",
    (path) => {
      using other = new Database(path);
      for (const statement of ["PRAGMA journal_mode = WAL", "CREATE TABLE a (b)"]) other.run(statement);
      using reader = new Database(path);
      reader.run("BEGIN");
      reader.query("SELECT * FROM a").all();
      other.run("INSERT INTO a VALUES (1)");
      reader.run("INSERT INTO a VALUES (2)");
    },
    "busy",
  ],
  [
    "a file that is no database",
    (path) => {
      writeFileSync(path, "no database ".repeat(999));
      onFile(path, "CREATE TABLE a (b)");
    },
    "damage",
  ],
  [
    "a file of which a page is lost",
    (path) => {
      onFile(path, "PRAGMA page_size = 4096", "CREATE TABLE a (b)");
      writeFileSync(path, Buffer.concat([readFileSync(path).subarray(0, 4096), Buffer.alloc(4096, 0xa5)]));
      onFile(path, "INSERT INTO a VALUES (1)");
    },
    "damage",
  ],
  [
    "a file that cannot be opened",
    (path) => {
      mkdirSync(path);
      onFile(path, "CREATE TABLE a (b)");
    },
    "unavailable",
  ],
  [
    "a write where only reading is allowed",
    () => inMemory("PRAGMA query_only = ON", "CREATE TABLE a (b)"),
    "unavailable",
  ],
  ["a statement that is wrong", () => inMemory("SELECT nothing"), "fault"],
  ["a constraint", () => inMemory("CREATE TABLE a (b NOT NULL)", "INSERT INTO a VALUES (NULL)"), "fault"],
  [
    "an error that is none of SQLite's",
    () => {
      throw Object.assign(new RangeError("taken"), { code: "SQLITE_BUSY" });
    },
    "fault",
  ],
];

test.each(FAILURES)("%s", (_, fail, kind) => {
  using temporary = new TemporaryDirectory();
  let error: unknown = null;
  try {
    fail(join(temporary.path, "a.db"));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(Error);
  expect(isBusy(error)).toBe(kind === "busy");
  expect(isDamage(error)).toBe(kind === "damage");
  const outcome = asStoreError(error);
  if (kind === "fault") expect(outcome).toBe(error);
  else {
    expect(outcome).toBeInstanceOf(StoreUnavailable);
    expect(outcome).toMatchObject({ cause: error });
  }
});
