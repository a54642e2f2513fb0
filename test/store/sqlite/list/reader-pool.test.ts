import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { setTimeout as pause } from "node:timers/promises";
import { peek } from "bun";
import { ReaderPool } from "../../../../src/store/sqlite/list/reader-pool.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { row } from "../../../support/store/store.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

test("a read waits for a process that has the store for itself, and lets everything else run", async () => {
  makeStore(directory);
  using other = new Database(directory.database);
  other.run("BEGIN EXCLUSIVE");
  const readers = new ReaderPool(directory.database);
  const reading = readers.withSnapshot(async (reader) => row(reader, "SELECT count(*) AS tokens FROM token"));
  for (let turn = 0; turn < 3; turn += 1) await pause(1);
  expect(peek.status(reading)).toBe("pending");
  other.run("COMMIT");
  expect(await reading).toEqual({ tokens: 200 });
  readers.close();
});
