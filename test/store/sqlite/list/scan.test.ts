import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { inOnePiece } from "../../../../src/store/sqlite/list/scan.ts";

const THREE = { sql: "SELECT value FROM json_each(?)", values: ["[1,2,3]"] };

test("a read ends as soon as it has enough", async () => {
  using database = new Database(":memory:");
  const values: number[] = [];
  await inOnePiece(database).each<{ value: number }>(THREE, ({ value }) => {
    values.push(value);
    return value === 2 ? "enough" : "go on";
  });
  expect(values).toEqual([1, 2]);
});

test("a read ends at the next row if it has to", async () => {
  using database = new Database(":memory:");
  let hasToEnd = false;
  const reader = inOnePiece(database, () => {
    if (hasToEnd) throw new Error("ended");
  });
  const values: number[] = [];
  const reading = reader.each<{ value: number }>(THREE, ({ value }) => {
    values.push(value);
    hasToEnd = value === 2;
    return "go on";
  });
  await expect(reading).rejects.toThrow("ended");
  expect(values).toEqual([1, 2]);
});
