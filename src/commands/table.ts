import { visible } from "../tokens/text.ts";

const GAP = "  ";

/**
 * A table for people with one line for each row; hidden characters in a cell become signs. Each row has as many cells
 * as there are headings.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((cells) => cells.map(visible));
  const widths = headings.map((_, column) =>
    lines.reduce((widest, cells) => Math.max(widest, Bun.stringWidth(cells[column] ?? "")), 0),
  );
  return lines.map((cells) => `${line(cells, widths)}\n`).join("");
}

function line(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map(
    (cell, column) => cell + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(cell)),
  );
  return padded.join(GAP).trimEnd();
}
