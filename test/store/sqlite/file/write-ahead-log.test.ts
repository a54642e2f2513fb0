import { expect, test } from "bun:test";
import { utimesSync } from "node:fs";
import { WriteAheadLog } from "../../../../src/store/sqlite/file/write-ahead-log.ts";
import { row, type TestStore } from "../../../support/store/store.ts";
import { useStore } from "../../../support/store/use.ts";

const context = useStore();

/** The -wal file of a store as it is after a change. */
async function walOf(context: TestStore, limit = 1024 * 1024): Promise<WriteAheadLog> {
  await context.create();
  return new WriteAheadLog(context.directory.database, context.connect(), { limit });
}

test("it is cut at the second look after the last change, and not while changes follow each other", async () => {
  const wal = await walOf(context);
  const path = `${context.directory.database}-wal`;
  for (let seconds = 1; seconds <= 3; seconds += 1) {
    utimesSync(path, seconds, seconds);
    wal.tidy();
    expect(wal.size).toBeGreaterThan(0);
  }
  wal.tidy();
  expect(wal.size).toBe(0);
});

test("it is cut at once where it is too large", async () => {
  const wal = await walOf(context, 100);
  expect(wal.isTooLarge).toBe(true);
  wal.tidy();
  expect([wal.isTooLarge, wal.size]).toEqual([false, 0]);
});

test("it stays as it is while another connection needs it, and is cut afterwards", async () => {
  const wal = await walOf(context, 100);
  const other = context.connect();
  other.run("BEGIN");
  row(other, "SELECT count(*) FROM token");
  await context.create();
  wal.tidy();
  expect(wal.isTooLarge).toBe(true);
  expect(row(other, "SELECT count(*) AS count FROM token")).toEqual({ count: 1 });
  other.run("COMMIT");
  wal.tidy();
  expect(wal.size).toBe(0);
});

test("no cut is a fault where the store cannot be used, and no -wal file has no size", () => {
  const database = context.connect();
  const wal = new WriteAheadLog(`${context.directory.database}.other`, database);
  database.close();
  wal.tryToCut();
  expect(wal.size).toBe(0);
  expect(() => wal.cut()).toThrow();
});

test("SQLite itself keeps it at its limit once it is used again from its beginning", () => {
  const database = context.connect();
  new WriteAheadLog(context.directory.database, database, { limit: 12_345 });
  expect(row(database, "PRAGMA journal_size_limit")).toEqual({ journal_size_limit: 12_345 });
});
