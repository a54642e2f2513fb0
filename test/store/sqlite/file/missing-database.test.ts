import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { refuseMissingDatabase } from "../../../../src/store/sqlite/file/missing-database.ts";
import { ServerLock } from "../../../../src/store/sqlite/file/server-lock.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

const LEFT = ["publisher.db-wal", "publisher.db-shm", "publisher.db-journal", "first-token", "lock.holder"];

test.each([...LEFT.map((name) => [name]), LEFT])("without the database, no store is made: %s", (...names) => {
  for (const content of ["", "x"]) {
    for (const name of names) writeFileSync(join(directory.path, name), content);
    for (const work of [() => refuseMissingDatabase(directory), () => openDatabase(directory)])
      expect(unusable(work)).toBe(
        `${directory.database} is missing, but files of a store lie beside it: ${names.join(", ")}. ` +
          'Nothing was changed. Put the database back beside them, or run "publisher restore" with a backup. ' +
          "For a new store, move these files away, or choose another --data-dir.",
      );
    expect(readdirSync(directory.path).sort()).toEqual(names.toSorted());
    for (const name of names) expect(readFileSync(join(directory.path, name), "utf8")).toBe(content);
  }
});

test("beside a database, these files are fine", () => {
  makeStore(directory);
  for (const name of ["first-token", "lock.holder"]) writeFileSync(join(directory.path, name), "x");
  refuseMissingDatabase(directory);
  openDatabase(directory).close();
});

test("the lock of servers alone is of no store", () => {
  ServerLock.take(directory).release();
  refuseMissingDatabase(directory);
  openDatabase(directory).close();
});
