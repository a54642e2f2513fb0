import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { refuseLeftovers } from "../../../../src/store/sqlite/file/leftovers.ts";
import { ServerLock } from "../../../../src/store/sqlite/file/server-lock.ts";
import { makeStore, PublicDirectory } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";

const LEFTOVERS = ["publisher.db-wal", "publisher.db-shm", "first-token", "lock.holder"];

describe.each(LEFTOVERS)("where %s lies", (name) => {
  test.each(["", "x"])("without the database, no store is made: content %p", (content) => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    writeFileSync(join(directory.path, name), content);
    for (const work of [() => refuseLeftovers(directory), () => openDatabase(directory)])
      expect(unusable(work)).toBe(
        `${directory.database} is missing, but files of a store lie beside it: ${name}. ` +
          'Nothing was changed. Put the database back beside them, or run "publisher restore" with a backup. ' +
          "For a new store, move these files away, or choose another --data-dir.",
      );
    expect(readdirSync(directory.path)).toEqual([name]);
    expect(readFileSync(join(directory.path, name), "utf8")).toBe(content);
  });

  test("beside an empty database, that is damaged and stays so", () => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    writeFileSync(directory.database, "");
    writeFileSync(join(directory.path, name), "x");
    expect(unusable(() => openDatabase(directory))).toStartWith(
      `${directory.database} is damaged: it has no content, but files of a store lie beside it: ${name}. `,
    );
    expect(readFileSync(directory.database)).toHaveLength(0);
  });
});

test("all of them are named", () => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
  for (const name of LEFTOVERS) writeFileSync(join(directory.path, name), "x");
  expect(unusable(() => refuseLeftovers(directory))).toContain(` lie beside it: ${LEFTOVERS.join(", ")}. `);
});

test("beside a database with content, they are what they should be", () => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
  makeStore(directory);
  for (const name of ["first-token", "lock.holder"]) writeFileSync(join(directory.path, name), "x");
  refuseLeftovers(directory);
  openDatabase(directory).close();
});

test("a first start that was killed before there was a store can begin again", () => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
  ServerLock.take(directory).release();
  for (const name of ["publisher.db", "publisher.db-journal"]) writeFileSync(join(directory.path, name), "");
  refuseLeftovers(directory);
  openDatabase(directory).close();
  rmSync(directory.database);
  refuseLeftovers(directory);
});
