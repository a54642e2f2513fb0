import { changeList, listView } from "../app/route.ts";
import { changed, nextSort, type SortKey } from "../token-list/list-view.ts";
import { AscendingIcon, DescendingIcon } from "./icons.tsx";

interface SortableHeadingProps {
  readonly sortKey: SortKey;
  readonly name: string;
}

/** A column's heading, which sorts by it. */
export function SortableHeading({ sortKey, name }: SortableHeadingProps) {
  const { sort } = listView.value;
  const direction = sort?.key === sortKey ? sort.direction : null;
  return (
    <th
      scope="col"
      class={sortKey === "description" ? "" : "wide-cell"}
      aria-sort={direction === null ? undefined : direction === "asc" ? "ascending" : "descending"}
    >
      <button
        type="button"
        class="sort"
        onClick={() => changeList((view) => changed(view, { sort: nextSort(view.sort, sortKey) }))}
      >
        {name}
        <span class={direction === null ? "sort-mark idle" : "sort-mark"}>
          {direction === "desc" ? <DescendingIcon /> : <AscendingIcon />}
        </span>
      </button>
    </th>
  );
}
