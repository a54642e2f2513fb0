import { expect, test } from "bun:test";
import { table } from "../../src/commands/table.ts";

test("a column is as wide as its widest cell on the screen, signs for hidden characters included", () => {
  const rows = [
    ["東京", "1"],
    ["👩‍👩‍👧", "2"],
    ["\u200b", "3"],
    ["", "4"],
  ];
  const lines = table(["NAME", "N"], rows).trimEnd().split("\n");
  const widths = lines.map((line) => Bun.stringWidth(line));
  expect(lines[3]).toBe("⟨U+200B⟩  3");
  expect(new Set(widths)).toEqual(new Set([11]));
});

test("a table may have a million lines", () => {
  const rows = Array.from({ length: 1_000_000 }, () => ["a", "b"]);
  expect(table(["A", "B"], rows)).toHaveLength(5 * 1_000_001);
});
