import type { TokenPage } from "../api/types.ts";
import { Pages } from "../parts/pages.tsx";
import { changed, type ListView, PAGE_SIZE, queryOf } from "../state/list-view.ts";
import { listAddress } from "../state/route.ts";

interface PagingProps {
  readonly view: ListView;
  readonly page: TokenPage;
  /** How many tokens the whole list has; null where that is not known. */
  readonly total: number | null;
}

export function Paging({ view, page: { data, page }, total }: PagingProps) {
  return (
    <Pages
      list={`tokens?${queryOf(changed(view, {}))}`}
      page={view.page}
      cursor={view.cursor}
      pageSize={PAGE_SIZE}
      shown={data.length}
      total={total}
      next={page.cursor}
      addressOf={(number, cursor) => listAddress({ ...view, page: number, cursor })}
    />
  );
}
