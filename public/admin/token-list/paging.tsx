import type { TokenPage } from "../api/types.ts";
import { listAddress } from "../app/addresses.ts";
import { listView } from "../app/route.ts";
import { Pages } from "../ui/pages.tsx";
import { type ListView, listOf, PAGE_SIZE } from "./list-view.ts";

interface PagingProps {
  /** The view that the page was loaded for. */
  readonly shown: ListView;
  readonly page: TokenPage;
  /** How many tokens the whole list has; null where that is not known. */
  readonly total: number | null;
}

export function Paging({ shown, page: { data, page }, total }: PagingProps) {
  const list = listOf(shown);
  const isCurrent = () => listOf(listView.value) === list;
  if (!isCurrent()) return null;
  return (
    <Pages
      list={`tokens?${list}`}
      page={shown.page}
      cursor={shown.cursor}
      pageSize={PAGE_SIZE}
      shown={data.length}
      total={total}
      next={page.cursor}
      // A cursor belongs to one list: once another was chosen, it leads nowhere.
      addressOf={(page, cursor) => listAddress(isCurrent() ? { ...shown, page, cursor } : listView.value)}
    />
  );
}
