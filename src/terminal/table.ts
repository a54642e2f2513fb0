import { visible } from "../tokens/visible-text.ts";
import { type Layout, layoutOf, rowText } from "./table-layout.ts";

/** One column of a table for people. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
  /** Leaves the column out if all its cells are blank. */
  readonly isOptional?: boolean;
}

/** The first rows decide the widths of the columns. A longer table is not held in memory, and has every column. */
const SAMPLE_ROWS = 10_000;

/**
 * A table for people, in parts. Hidden characters in a cell become signs. `room` is the width of the terminal; null for no
 * limit. Without rows there is no part.
 */
export async function* tableParts<Row>(
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]>,
  room: number | null,
  sampleRows = SAMPLE_ROWS,
): AsyncGenerator<string> {
  let sample: Row[] = [];
  let table: Table<Row> | null = null;
  for await (const rows of pages) {
    if (table !== null) {
      yield linesOf(rows, table);
      continue;
    }
    sample = sample.concat(rows);
    if (sample.length <= sampleRows) continue;
    table = tableOf(columns, sample, room);
    yield headed(table, sample);
  }
  if (table !== null || sample.length === 0) return;
  const filled = columns.filter(({ cell, isOptional }) => isOptional !== true || sample.some(cell));
  yield headed(tableOf(filled, sample, room), sample);
}

interface Table<Row> {
  readonly columns: readonly Column<Row>[];
  readonly layout: Layout;
}

function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  room: number | null,
): Table<Row> {
  const widths = columns.map(({ heading, cell }) =>
    rows.reduce((widest, row) => Math.max(widest, Bun.stringWidth(visible(cell(row)))), heading.length),
  );
  return { columns, layout: layoutOf(widths, room) };
}

function headed<Row>(table: Table<Row>, rows: readonly Row[]): string {
  const headings = table.columns.map(({ heading }) => heading);
  return rowText(headings, table.layout) + linesOf(rows, table);
}

function linesOf<Row>(rows: readonly Row[], { columns, layout }: Table<Row>): string {
  const lineOf = (row: Row) =>
    rowText(
      columns.map(({ cell }) => visible(cell(row))),
      layout,
    );
  return rows.map(lineOf).join("");
}

/** The parts, or `text` if there is none. */
export async function* orElse(parts: AsyncIterable<string>, text: string): AsyncGenerator<string> {
  let isEmpty = true;
  for await (const part of parts) {
    isEmpty = false;
    yield part;
  }
  if (isEmpty) yield text;
}

/** The width of the terminal on stdout; null if stdout is no terminal or the width is unknown. */
export function terminalWidth(): number | null {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : null;
}
