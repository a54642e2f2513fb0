const GAP = "  ";

/**
 * Characters that make a terminal do something, begin a line or turn the direction of what follows: they could make
 * a line look like another.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A table for people, a line for each row, whatever its cells say. Each row has as many cells as there are headings. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((cells) => cells.map((cell) => cell.replaceAll(UNSAFE, "�")));
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((cells) => Bun.stringWidth(cells[column] ?? ""))),
  );
  return lines.map((cells) => `${line(cells, widths)}\n`).join("");
}

function line(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map(
    (cell, column) => cell + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(cell)),
  );
  return padded.join(GAP).trimEnd();
}
