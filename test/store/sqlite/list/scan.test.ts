import { Database } from "bun:sqlite";
import { expect, spyOn, test } from "bun:test";
import { inOnePiece, Scan } from "../../../../src/store/sqlite/list/scan.ts";

const THREE = { sql: "SELECT value FROM json_each(?)", values: ["[1,2,3]"] };

test("a scan rests once its slice is over, and begins a new one then", async () => {
  using database = new Database(":memory:");
  let now = 0;
  using _ = spyOn(performance, "now").mockImplementation(() => now);
  let rests = 0;
  const scan = new Scan(database, async () => {
    rests += 1;
  });
  const values: number[] = [];
  await scan.each<{ value: number }>(THREE, ({ value }) => {
    now += 3;
    values.push(value);
    return "go on";
  });
  expect(values).toEqual([1, 2, 3]);
  expect(rests).toBe(1);
});

test.each([
  ["a scan", (database: Database) => new Scan(database, async () => undefined)],
  ["a read in one piece", inOnePiece],
])("%s ends as soon as it has enough", async (_, readerOf) => {
  using database = new Database(":memory:");
  const values: number[] = [];
  await readerOf(database).each<{ value: number }>(THREE, ({ value }) => {
    values.push(value);
    return value === 2 ? "enough" : "go on";
  });
  expect(values).toEqual([1, 2]);
});
