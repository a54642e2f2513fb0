const GAP = "  ";

/** The indent of the second and later lines of one row. */
const INDENT = "    ";

/** The least width of the last column; with less it moves to a line of its own. */
const LAST_COLUMN_MIN = 24;

/** The places of the cells of a row. */
export interface Layout {
  /** The width of each column, in columns of the terminal. */
  readonly widths: readonly number[];
  /** The columns of each line, by their index. */
  readonly lines: readonly (readonly number[])[];
  /** The width of the terminal; null if the table has no limit. */
  readonly room: number | null;
}

/** Columns side by side while there is room, the rest on lines below. */
export function layoutOf(widths: readonly number[], room: number | null): Layout {
  const lines: number[][] = [[]];
  let used = 0;
  for (const [column, width] of widths.entries()) {
    const isLast = column === widths.length - 1;
    const needed = isLast ? Math.min(width, LAST_COLUMN_MIN) : width;
    if (room !== null && column > 0 && used + needed > room) {
      lines.push([]);
      used = INDENT.length;
    }
    lines.at(-1)?.push(column);
    used += width + GAP.length;
  }
  return { widths, lines, room };
}

/** A row as text with its line ends. A line that is too long for the terminal ends with `…`. */
export function rowText(cells: readonly string[], { widths, lines, room }: Layout): string {
  const texts = lines.map((columns, index) => {
    const padded = columns.map((column) => {
      const cell = cells[column] ?? "";
      return cell + " ".repeat(Math.max((widths[column] ?? 0) - Bun.stringWidth(cell), 0));
    });
    const text = ((index === 0 ? "" : INDENT) + padded.join(GAP)).trimEnd();
    return room === null ? text : cut(text, room);
  });
  return `${texts.filter((text, index) => index === 0 || text !== "").join("\n")}\n`;
}

/** A character of two columns at the end can be one column too many for Bun. */
function cut(text: string, room: number): string {
  const shortened = Bun.sliceAnsi(text, 0, room, "…");
  return Bun.stringWidth(shortened) <= room ? shortened : Bun.sliceAnsi(text, 0, room - 1, "…");
}
