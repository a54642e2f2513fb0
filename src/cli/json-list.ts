import type { Page } from "../tokens/listing/paging.ts";

/** A page of a list, as the API answers it. */
interface ApiPage {
  readonly data: readonly object[];
  readonly page: { readonly page_size: number; readonly cursor: string | null; readonly more: boolean };
}

const ROW_INDENT = "    ";

/**
 * The JSON of one page of the API with the rows of all pages, in parts. Needs at least one page. `toApi` makes the
 * API's answer for a page.
 */
export async function* jsonList<Row>(
  pages: AsyncIterable<Page<Row>>,
  toApi: (page: Page<Row>) => ApiPage,
): AsyncGenerator<string> {
  let size = 0;
  let last: ApiPage["page"] | null = null;
  yield '{\n  "data": [';
  for await (const rows of pages) {
    const { data, page } = toApi(rows);
    if (data.length > 0) yield (size === 0 ? "\n" : ",\n") + data.map(indented).join(",\n");
    size += data.length;
    last = page;
  }
  const page = JSON.stringify({ ...last, page_size: size }, null, 2).replaceAll("\n", "\n  ");
  yield `${size === 0 ? "" : "\n  "}],\n  "page": ${page}\n}\n`;
}

/** No text in JSON has a line end, so every line can be indented. */
function indented(row: object): string {
  return ROW_INDENT + JSON.stringify(row, null, 2).replaceAll("\n", `\n${ROW_INDENT}`);
}
