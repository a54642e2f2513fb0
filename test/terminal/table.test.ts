import { expect, test } from "bun:test";
import { join } from "node:path";
import { type Column, orElse, tableParts } from "../../src/terminal/table.ts";
import { expectGolden } from "../support/golden.ts";
import { inTurn, joined } from "../support/parts.ts";

type Row = readonly string[];

function columns(...headings: readonly string[]): readonly Column<Row>[] {
  return headings.map((heading, index) => ({ heading, cell: (row) => row[index] ?? "" }));
}

async function table(headings: readonly string[], rows: readonly Row[], room: number | null = null) {
  return await joined(tableParts(columns(...headings), inTurn(rows), room));
}

test("a column is as wide as its widest cell on the screen, signs for hidden characters included", async () => {
  const rows = [
    ["東京", "1"],
    ["👩‍👩‍👧", "2"],
    ["\u200b", "3"],
    ["", "4"],
  ];
  const lines = (await table(["NAME", "N"], rows)).trimEnd().split("\n");
  const widths = lines.map((line) => Bun.stringWidth(line));
  expect(lines[3]).toBe("⟨U+200B⟩  3");
  expect(new Set(widths)).toEqual(new Set([11]));
});

test("a table of a million lines comes in parts, of which none has more than the sample and a page", async () => {
  const page = Array.from({ length: 1000 }, () => ["a", "b"]);
  async function* pages() {
    for (let count = 0; count < 1000; count += 1) yield page;
  }
  let longest = 0;
  let total = 0;
  for await (const part of tableParts(columns("A", "B"), pages(), null)) {
    longest = Math.max(longest, part.length);
    total += part.length;
  }
  expect(total).toBe(5 * 1_000_001);
  expect(longest).toBe(5 * 11_001);
});

test("a page may have a million rows", async () => {
  const rows = Array.from({ length: 1_000_000 }, () => ["a", "b"]);
  expect(await table(["A", "B"], rows)).toHaveLength(5 * 1_000_001);
});

test("a blank optional column is left out, unless rows come that are not seen yet", async () => {
  const optional = columns("A", "B", "C").map((column) => ({
    ...column,
    isOptional: column.heading !== "A",
  }));
  const pages = () => inTurn([["1", "", ""]], [["2", "", "x"]], [["3", "y", ""]]);
  expect(await joined(tableParts(optional, inTurn([["1", "", ""]]), null, 2))).toBe("A\n1\n");
  expect(await joined(tableParts(optional, inTurn([["1", "", "x"]]), null, 2))).toBe("A  C\n1  x\n");
  expect(await joined(tableParts(optional, pages(), null, 3))).toBe("A  B  C\n1\n2     x\n3  y\n");
  expect(await joined(tableParts(optional, pages(), null, 1))).toBe("A  B  C\n1\n2     x\n3  y\n");
});

test("a later cell that is wider than the sample is whole, and pushes its neighbours", async () => {
  const pages = inTurn([["1", "2"]], [["1", "2"]], [["wide", "2"]]);
  expect(await joined(tableParts(columns("A", "B"), pages, null, 1))).toBe("A  B\n1  2\n1  2\nwide  2\n");
});

test("without rows there is no table, and something else can be said", async () => {
  expect(await table(["A"], [])).toBe("");
  expect(await joined(orElse(tableParts(columns("A"), inTurn([]), null), "none\n"))).toBe("none\n");
  expect(await joined(orElse(inTurn("a", "b"), "none\n"))).toBe("ab");
});

test("columns that have no room on a terminal go to lines below", async () => {
  const long = "a description that is longer than many a terminal is wide, as people write them";
  const rows = [
    ["atok_4", "active", "2026-06-01T12:00:00Z", ""],
    ["atok_123", "active", "2026-06-01T12:00:00Z", long],
  ];
  const headings = ["ID", "STATUS", "CREATED", "DESCRIPTION"];
  const tables = await Promise.all([200, 80, 50, 30].map((room) => table(headings, rows, room)));
  await expectGolden(join(import.meta.dir, "table.txt"), tables.join("\n"));
});

test.each([
  "日本語の説明文がここにあります",
  "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧",
  "e\u0301".repeat(30),
])("%s is never wider than the terminal, nor cut within a character", async (text) => {
  for (let room = 4; room < 40; room += 1) {
    const [, line = ""] = (await table(["D"], [[text]], room)).split("\n");
    expect(Bun.stringWidth(line)).toBeLessThanOrEqual(room);
    expect(line).toMatch(/…$|^[^…]+$/);
    expect(text).toStartWith(line.replace("…", ""));
  }
});
