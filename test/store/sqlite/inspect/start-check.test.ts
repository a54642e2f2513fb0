import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { inspectDatabase } from "../../../../src/store/sqlite/inspect/inspection.ts";
import { checkAtStart } from "../../../../src/store/sqlite/inspect/start-check.ts";
import { SCHEMA_VERSION } from "../../../../src/store/sqlite/schema.ts";
import { PAGE_BYTES } from "../../../support/store/damage.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

/** Makes a store whose largest part is one row of 10 MB. */
function makeLargeStore(): void {
  makeStore(directory);
  using database = new Database(directory.database);
  database.run("INSERT INTO token_use VALUES ('hour', hex(zeroblob(5000000)), 0, 0, 0)");
}

function overwritePage(offset: number): void {
  const bytes = readFileSync(directory.database);
  writeFileSync(directory.database, bytes.fill(0xaa, offset, offset + PAGE_BYTES));
}

test("of a large store the start reads only the first pages, and leaves the others to the check behind it", () => {
  makeLargeStore();
  overwritePage(PAGE_BYTES * 1000);
  expect(unusable(() => inspectDatabase(directory, () => null))).toContain(" is damaged: ");
  expect(checkAtStart(directory)).toEqual({ schema: SCHEMA_VERSION, isWhole: false });
});

test("a large store whose end is missing is refused at the start", () => {
  makeLargeStore();
  truncateSync(directory.database, statSync(directory.database).size - PAGE_BYTES);
  expect(unusable(() => checkAtStart(directory))).toContain(" is damaged: ");
});
