import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { inspectDatabase } from "../../../../src/store/sqlite/inspect/inspection.ts";
import { integrityFaults } from "../../../../src/store/sqlite/inspect/store-faults.ts";
import { withoutUmask } from "../../../support/executable/umask.ts";
import { makeStore, modes } from "../../../support/store/data-directory.ts";
import { row, TestStore } from "../../../support/store/store.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

test("a new store is one file for its owner alone, and so is what lies beside it while it is open", () => {
  withoutUmask(() => {
    using database = openDatabase(directory);
    database.run("DELETE FROM audit_event");
    expect(modes(directory)).toEqual({
      "publisher.db": "600",
      "publisher.db-shm": "600",
      "publisher.db-wal": "600",
    });
  });
  expect(modes(directory)).toEqual({ "publisher.db": "600" });
});

test("a new store has a key for cursors of its own", () => {
  using one = new TestStore();
  using other = new TestStore();
  expect(one.store.cursorKey).toHaveLength(32);
  expect(one.store.cursorKey).not.toEqual(other.store.cursorKey);
  const before = one.store.cursorKey;
  one.reopen();
  expect(one.store.cursorKey).toEqual(before);
});

test.each([
  ["journal_mode", "wal"],
  ["synchronous", 2],
  ["foreign_keys", 1],
  ["trusted_schema", 0],
  ["cell_size_check", 1],
])("PRAGMA %s is %p, in a new store and in one that was there", (name, value) => {
  for (let round = 0; round < 2; round += 1) {
    using database = openDatabase(directory);
    expect(row(database, `PRAGMA ${name}`)).toEqual({ [name]: value });
  }
});

test("waiting for another process hardly holds up the event loop", () => {
  using database = openDatabase(directory);
  expect(Number(row(database, "PRAGMA busy_timeout").timeout)).toBeLessThanOrEqual(50);
});

test("looking at a store needs no more than reading", () => {
  makeStore(directory);
  inspectDatabase(directory, (database) => {
    expect(integrityFaults(database, "integrity_check")).toEqual([]);
    expect(() => database.run("DELETE FROM audit_event")).toThrow("readonly");
  });
});

test("looking makes no store where there is none", () => {
  expect(unusable(() => inspectDatabase(directory, () => undefined))).toBe(
    `${directory.database} is not a Publisher store, or its beginning is damaged. It was left as it is. ` +
      'If your store was here, run "publisher restore" with a backup.',
  );
  expect(readdirSync(directory.path)).toEqual([]);
});
